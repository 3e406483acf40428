//! stub until merge
use crate::diagnostics::FileName; use crate::model::{fault::Fault,quotation::Quotation};
pub struct SheetSource<'a>{pub file:FileName,pub bytes:&'a [u8]}
pub fn read_quotation(_s:SheetSource<'_>,_sheet:Option<&str>,_f:&mut Vec<Fault>)->Option<Quotation>{None}
