//! The styles of a workbook, as far as they decide whether what stands in a cell can be read: colours, sizes, strikes.
//!
//! May use: `sheet_cells` for the error, `sheet_parts`.
#![expect(clippy::float_arithmetic, reason = "shades of colours, no money")]

use quick_xml::events::{BytesStart, Event};

use super::sheet_cells::SheetReadError;
use super::sheet_parts::{attribute, is_set, no_xml, reader};

/// Red, green, blue.
pub type Rgb = [u8; 3];

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];
/// Shades by which letters and their ground must differ, of three times 255.
const CONTRAST: u32 = 96;
/// Points of letters that nobody reads.
const SMALL: f32 = 4.0;

/// The colours that styles name by number (ECMA-376 18.8.27), from 8 on; those before repeat the first eight.
const INDEXED: [u32; 56] = [
    0x000000, 0xffffff, 0xff0000, 0x00ff00, 0x0000ff, 0xffff00, 0xff00ff, 0x00ffff, 0x800000, 0x008000,
    0x000080, 0x808000, 0x800080, 0x008080, 0xc0c0c0, 0x808080, 0x9999ff, 0x993366, 0xffffcc, 0xccffff,
    0x660066, 0xff8080, 0x0066cc, 0xccccff, 0x000080, 0xff00ff, 0xffff00, 0x00ffff, 0x800080, 0x800000,
    0x008080, 0x0000ff, 0x00ccff, 0xccffff, 0xccffcc, 0xffff99, 0x99ccff, 0xff99cc, 0xcc99ff, 0xffcc99,
    0x3366ff, 0x33cccc, 0x99cc00, 0xffcc00, 0xff9900, 0xff6600, 0x666699, 0x969696, 0x003366, 0x339966,
    0x003300, 0x333300, 0x993300, 0x993366, 0x333399, 0x333333,
];

/// The colours that a workbook calls by names and numbers.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    /// Of the theme, in its own order: dk1, lt1, dk2, lt2, accents.
    theme: Vec<Rgb>,
    /// What the workbook has instead of [`INDEXED`], from 0.
    indexed: Vec<Rgb>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Letters {
    colour: Option<Rgb>,
    size: Option<f32>,
    struck: bool,
}

impl Palette {
    /// From the theme's part and the styles'.
    pub fn read(theme: Option<&Vec<u8>>, styles: Option<&Vec<u8>>) -> Result<Self, SheetReadError> {
        let theme = theme.map(|part| colours(part, "clrScheme")).transpose()?.unwrap_or_default();
        let indexed = styles.map(|part| colours(part, "indexedColors")).transpose()?.unwrap_or_default();
        Ok(Self { theme, indexed })
    }

    /// The colour that an element names.
    fn colour(&self, element: &BytesStart<'_>) -> Option<Rgb> {
        let number = |name| attribute(element, name)?.parse::<usize>().ok();
        let plain = match (attribute(element, "rgb"), number("theme"), number("indexed")) {
            (Some(rgb), _, _) => hex(&rgb)?,
            // The first two pairs are called the other way round.
            (_, Some(at @ 0..=3), _) => *self.theme.get(at ^ 1)?,
            (_, Some(at), _) => *self.theme.get(at)?,
            (_, _, Some(64)) => BLACK,
            (_, _, Some(65)) => WHITE,
            (_, _, Some(at)) => match self.indexed.get(at) {
                Some(own) => *own,
                None => of_number(*INDEXED.get(if at < 8 { at } else { at - 8 })?),
            },
            _ => return None,
        };
        let tint = attribute(element, "tint").and_then(|tint| tint.parse::<f32>().ok()).unwrap_or(0.0);
        Some(plain.map(|shade| tinted(shade, tint.clamp(-1.0, 1.0))))
    }

    /// Whether an element of a text's own run keeps it from being read on white.
    pub fn hides(&self, element: &BytesStart<'_>) -> bool {
        match element.local_name().as_ref() {
            "color" => self.colour(element).is_some_and(|colour| !differ(colour, WHITE)),
            "strike" => attribute(element, "val").is_none_or(|_| is_set(element, "val")),
            "sz" => size(element).is_some_and(|size| size < SMALL),
            _ => false,
        }
    }
}

/// Why what stands in a cell of each style cannot be read as it should; none where it can.
pub fn unreadable(part: &[u8], palette: &Palette) -> Result<Vec<Option<String>>, SheetReadError> {
    let (mut fonts, mut fills, mut styles): (Vec<Letters>, Vec<Option<Rgb>>, Vec<Option<String>>) =
        Default::default();
    let mut within = String::new();
    let mut reader = reader(part);
    loop {
        match reader.read_event().map_err(no_xml)? {
            Event::Start(element) => match (within.as_str(), element.local_name().as_ref()) {
                (_, name @ ("fonts" | "fills" | "cellXfs" | "cellStyleXfs" | "dxfs")) => {
                    within = name.to_owned()
                }
                ("fonts", "font") => fonts.push(Letters::default()),
                ("fonts", _) => {
                    if let Some(font) = fonts.last_mut() {
                        letters(&element, font, palette);
                    }
                }
                ("fills", "fill") => fills.push(None),
                ("fills", "patternFill") if attribute(&element, "patternType").as_deref() == Some("none") => {
                    within = "no fill".into();
                }
                ("fills", "fgColor") => {
                    if let Some(fill) = fills.last_mut() {
                        *fill = palette.colour(&element);
                    }
                }
                ("cellXfs", "xf") => {
                    let at =
                        |name| attribute(&element, name).and_then(|at| at.parse::<usize>().ok()).unwrap_or(0);
                    let letters = fonts.get(at("fontId")).copied().unwrap_or_default();
                    styles.push(letters.unreadable_on(fills.get(at("fillId")).copied().flatten()));
                }
                _ => {}
            },
            Event::End(element) => match element.local_name().as_ref() {
                "patternFill" if within == "no fill" => within = "fills".into(),
                "fonts" | "fills" | "cellXfs" | "cellStyleXfs" | "dxfs" => within.clear(),
                _ => {}
            },
            Event::Eof => return Ok(styles),
            _ => {}
        }
    }
}

fn letters(element: &BytesStart<'_>, font: &mut Letters, palette: &Palette) {
    match element.local_name().as_ref() {
        "color" => font.colour = palette.colour(element),
        "sz" => font.size = size(element),
        "strike" => font.struck = attribute(element, "val").is_none_or(|_| is_set(element, "val")),
        _ => {}
    }
}

impl Letters {
    fn unreadable_on(self, ground: Option<Rgb>) -> Option<String> {
        if !differ(self.colour.unwrap_or(BLACK), ground.unwrap_or(WHITE)) {
            return Some("字与底色几乎同色，看不见".into());
        }
        if let Some(size) = self.size.filter(|size| *size < SMALL) {
            return Some(format!("字号只有 {size}，看不见"));
        }
        self.struck.then(|| "有删除线".into())
    }
}

fn size(element: &BytesStart<'_>) -> Option<f32> {
    attribute(element, "val")?.parse().ok()
}

fn differ(one: Rgb, other: Rgb) -> bool {
    one.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(b))).sum::<u32>() >= CONTRAST
}

fn hex(text: &str) -> Option<Rgb> {
    let digits = text.get(text.len().checked_sub(6)?..)?;
    u32::from_str_radix(digits, 16).ok().map(of_number)
}

fn of_number(number: u32) -> Rgb {
    let [_, red, green, blue] = number.to_be_bytes();
    [red, green, blue]
}

/// Towards white or black.
fn tinted(shade: u8, tint: f32) -> u8 {
    let shade = f32::from(shade);
    (if tint < 0.0 { shade * (1.0 + tint) } else { shade + (255.0 - shade) * tint }) as u8
}

/// The colours listed within an element, in their order.
fn colours(part: &[u8], list: &str) -> Result<Vec<Rgb>, SheetReadError> {
    let mut found = Vec::new();
    let mut inside = false;
    let mut reader = reader(part);
    loop {
        match reader.read_event().map_err(no_xml)? {
            Event::Start(element) if element.local_name().as_ref() == list => inside = true,
            Event::Start(element) if inside => {
                let value = match element.local_name().as_ref() {
                    "srgbClr" => attribute(&element, "val"),
                    "sysClr" => attribute(&element, "lastClr"),
                    "rgbColor" => attribute(&element, "rgb"),
                    _ => None,
                };
                found.extend(value.as_deref().and_then(hex));
            }
            Event::End(element) if element.local_name().as_ref() == list => return Ok(found),
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_the_grounds_colour_are_found_however_the_colour_is_named() {
        let theme =
            b"<t><clrScheme><dk1><sysClr lastClr=\"000000\"/></dk1><lt1><srgbClr val=\"FFFFFF\"/></lt1>\
            <dk2><srgbClr val=\"1F497D\"/></dk2><lt2><srgbClr val=\"EEECE1\"/></lt2></clrScheme></t>";
        let styles = "<s><fonts><font><color theme=\"1\"/><sz val=\"11\"/></font><font><color rgb=\"FFFEFEFE\"/></font>\
            <font><color theme=\"0\" tint=\"-0.05\"/></font><font><color indexed=\"9\"/></font>\
            <font><sz val=\"1\"/></font><font><strike/></font><font><color rgb=\"FF7F7F7F\"/></font></fonts>\
            <fills><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"solid\">\
            <fgColor rgb=\"FF000000\"/></patternFill></fill></fills><cellStyleXfs><xf fontId=\"1\"/></cellStyleXfs>\
            <cellXfs><xf fontId=\"0\"/><xf fontId=\"1\"/><xf fontId=\"2\"/><xf fontId=\"3\"/><xf fontId=\"4\"/>\
            <xf fontId=\"5\"/><xf fontId=\"6\"/><xf fontId=\"0\" fillId=\"1\"/><xf fontId=\"1\" fillId=\"1\"/></cellXfs></s>";
        let palette = Palette::read(Some(&theme.to_vec()), None).unwrap();
        let told: Vec<bool> =
            unreadable(styles.as_bytes(), &palette).unwrap().iter().map(Option::is_some).collect();
        assert_eq!(told, [false, true, true, true, true, true, false, true, false]);
    }
}
