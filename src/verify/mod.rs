//! Reads finished files back and proves them: what stands in a PDF or a workbook, against what the inputs give by a second
//! route. It trusts nothing that hetong wrote.
//!
//! May use: every room but `cli`.
