//! OpenFormula (.ods) to A1 notation: `of:=ROUND([.D4]*[.C4];2)` is `ROUND(D4*C4,2)`.
//!
//! May use: nothing else of hetong.

/// The formula in A1 notation without `=`. What has no counterpart stays as it is, and is not evaluated then.
pub fn to_a1(formula: &str) -> String {
    let body = formula
        .split_once(":=")
        .map_or(formula, |(prefix, body)| if prefix.len() <= 8 { body } else { formula });
    let body = body.trim_start_matches('=');
    let mut out = String::with_capacity(body.len());
    let mut chars = body.chars();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                quoted = !quoted;
                out.push(c);
            }
            _ if quoted => out.push(c),
            ';' => out.push(','),
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                out.push_str(&reference(&inside));
            }
            _ => out.push(c),
        }
    }
    out
}

/// `.D4`, `.D4:.D24` or `$报价表.D4`; anything else stays in its brackets.
fn reference(inside: &str) -> String {
    let (first, last) = match inside.split_once(":.") {
        Some((first, last)) => (first, Some(last)),
        None => (inside, None),
    };
    let Some((sheet, cell)) = first.rsplit_once('.') else { return format!("[{inside}]") };
    let sheet = sheet.trim_start_matches('$');
    let mut out = if sheet.is_empty() { String::new() } else { format!("{sheet}!") };
    out.push_str(cell);
    if let Some(last) = last {
        out.push(':');
        out.push_str(last);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::to_a1;

    #[test]
    fn rewrites_references_and_separators() {
        for (open, a1) in [
            ("of:=ROUND([.D4]*(1+[.$F$4]);2)", "ROUND(D4*(1+$F$4),2)"),
            ("of:=SUM([.G4:.G24])", "SUM(G4:G24)"),
            ("of:=[$成本.A1]+[$'甲 乙'.B2]", "成本!A1+'甲 乙'!B2"),
            ("of:=IF([.A1]=\"[.A1];\";1;2)", "IF(A1=\"[.A1];\",1,2)"),
            ("oooc:=[.A1]", "A1"),
            ("=1", "1"),
        ] {
            assert_eq!(to_a1(open), a1);
        }
    }
}
