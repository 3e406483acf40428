//! stub
use super::{archive::Archive, grid::Sheet, trouble::Trouble};
pub fn read(_: &[u8], _: &Archive) -> Result<Vec<Sheet>, Trouble> {
    Err(Trouble::unreadable("stub"))
}
