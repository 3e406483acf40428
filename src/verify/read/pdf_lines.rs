//! Glyphs put together to runs, and runs to the lines that one sees.
//!
//! May use: `pdf_glyphs`, `pdf_text`.
#![expect(clippy::float_arithmetic, reason = "places on a page, no money")]

use super::pdf_glyphs::Drawn;
use super::pdf_text::{PdfCell, PdfLine, PdfRun};

/// Baselines nearer than this part of the letters' size are one line: footnote marks stand a third above theirs.
const SAME_LINE: f64 = 0.45;
/// A gap wider than this part of the size parts columns. Between Chinese and Latin words typst leaves a quarter.
const COLUMN_GAP: f64 = 0.62;

/// Runs in the order of drawing: a new one where the line or the column changes.
pub fn runs(glyphs: Vec<Drawn>) -> Vec<PdfRun> {
    let mut runs: Vec<PdfRun> = Vec::new();
    let mut piece = 0;
    for glyph in glyphs {
        let artifact = glyph.artifact;
        match runs.last_mut() {
            Some(run) if goes_on(run, &glyph, piece == glyph.piece) => {
                run.text.push_str(&glyph.text);
                run.end = run.end.max(glyph.end);
                run.size = run.size.max(glyph.size);
            }
            _ => runs.push(PdfRun {
                text: glyph.text,
                x: glyph.x,
                end: glyph.end,
                y: glyph.y,
                size: glyph.size,
                level: glyph.level,
                artifact,
                block: glyph.block,
            }),
        }
        piece = glyph.piece;
    }
    runs.retain(|run| !run.text.trim().is_empty());
    runs
}

/// Whether a glyph stands right behind a run.
fn goes_on(run: &PdfRun, glyph: &Drawn, same_piece: bool) -> bool {
    if run.artifact != glyph.artifact || run.level != glyph.level || run.block != glyph.block {
        return false;
    }
    if !glyph.level {
        // A watermark across the page: as long as it is one piece.
        return same_piece;
    }
    let gap = glyph.x - run.end;
    let size = run.size.max(glyph.size);
    let widest = if same_piece { 1.5 } else { COLUMN_GAP };
    (glyph.y - run.y).abs() <= 0.1 * size && gap > -0.6 * size && gap < widest * size
}

/// The lines of a page, top down.
pub fn lines(runs: &[PdfRun]) -> Vec<PdfLine> {
    let mut level: Vec<&PdfRun> = runs.iter().filter(|run| run.level).collect();
    level.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x)));
    // The largest letters of a line give its baseline; smaller ones above or below it follow.
    let mut groups: Vec<(&PdfRun, Vec<&PdfRun>)> = Vec::new();
    for run in level {
        match groups.last_mut().filter(|(largest, _)| is_level_with(largest, run)) {
            Some((largest, group)) => {
                group.push(run);
                if run.size >= largest.size {
                    *largest = run;
                }
            }
            None => groups.push((run, vec![run])),
        }
    }
    let aslant = runs.iter().filter(|run| !run.level).map(|run| line(vec![run]));
    groups.into_iter().map(|(_, group)| line(group)).chain(aslant).collect()
}

fn is_level_with(largest: &PdfRun, run: &PdfRun) -> bool {
    let size = largest.size.min(run.size).max(0.6 * largest.size.max(run.size));
    (run.y - largest.y).abs() <= SAME_LINE * size && run.artifact == largest.artifact
}

/// Runs of one height, as a line.
fn line(mut group: Vec<&PdfRun>) -> PdfLine {
    group.sort_by(|a, b| a.x.total_cmp(&b.x));
    let base = group.iter().max_by(|a, b| a.size.total_cmp(&b.size)).map_or(0.0, |run| run.y);
    let artifact = group.iter().all(|run| run.artifact);
    let mut cells: Vec<(PdfCell, f64)> = Vec::new();
    for run in group {
        match cells.last_mut() {
            Some((cell, size)) if run.x - cell.end < COLUMN_GAP * size.max(run.size) => {
                cell.text.push_str(&run.text);
                cell.end = cell.end.max(run.end);
                *size = size.max(run.size);
            }
            _ => cells.push((PdfCell { text: run.text.clone(), x: run.x, end: run.end }, run.size)),
        }
    }
    let mut cells: Vec<PdfCell> = cells.into_iter().map(|(cell, _)| cell).collect();
    for cell in &mut cells {
        cell.text = cell.text.trim().to_owned();
    }
    cells.retain(|cell| !cell.text.is_empty());
    let texts: Vec<&str> = cells.iter().map(|cell| cell.text.as_str()).collect();
    PdfLine { text: texts.join(" | "), x: cells.first().map_or(0.0, |cell| cell.x), y: base, artifact, cells }
}
