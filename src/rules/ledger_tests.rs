//! S004, S005 and S007 after a 调整.
