//! YAML with places: [`node`] reads the text, [`reader`] asks it for typed values.

pub mod node;
pub mod reader;
mod slips;
