//! With what a folder's files were made, as its manifest says, against what is at work here: where it is not the same, other
//! bytes prove nothing, neither for a file nor against it.
//!
//! May use: `verify`.

use serde_json::Value;

use super::record::Record;
use super::side::CaseSide;
use crate::view::summary::State;

/// In what they differ, each as a Chinese clause; nothing where the very same bytes must come out.
pub fn otherwise(record: &Record, side: &CaseSide) -> Vec<String> {
    let mut told: Vec<String> = of_version(record).into_iter().collect();
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let pack = text(record.value.get("pack").and_then(|pack| pack.get("sha256")));
    if pack.as_ref() != Some(&side.job.pack.hash) {
        told.push("生成时的合同样式（模板）与现在的不同".into());
    }
    let fonts = record.value.get("fonts").and_then(Value::as_array).into_iter().flatten();
    let fonts: Vec<(String, String)> =
        fonts.filter_map(|font| Some((text(font.get("file"))?, text(font.get("sha256"))?))).collect();
    if !fonts.iter().map(|(_, hash)| hash).eq(side.fonts.iter().map(|(_, hash)| hash)) {
        let names = |fonts: &[(String, String)]| {
            let names: Vec<&str> = fonts.iter().map(|(file, _)| file.as_str()).collect();
            if names.is_empty() { "没有写".to_owned() } else { names.join("、") }
        };
        told.push(format!(
            "用的字体是 {}，这里是 {}（或同名的另一个版本）",
            names(&fonts),
            names(&side.fonts)
        ));
    }
    let changed: Vec<String> =
        side.changed_inputs(record).into_iter().map(|(name, _)| format!("“{name}”")).collect();
    if !changed.is_empty() {
        told.push(format!("案卷的{}与生成时不同", changed.join("、")));
    }
    told.extend(drafts_moved(record, side));
    told
}

/// That the ledger has gone on since drafts were made: their balances follow it.
fn drafts_moved(record: &Record, side: &CaseSide) -> Option<String> {
    let fresh = side.fresh.as_ref().ok()?;
    let entries = record.value.get("settlements")?.as_array()?;
    let moved = |entry: &&Value| {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        let now = |key: &str| fresh.settlements.get(text("order"))?.get(key).map(String::as_str);
        let is_draft = text("state") == State::Draft.label() && now("state") == Some(State::Draft.label());
        is_draft && ["opening", "closing"].iter().any(|key| now(key) != Some(text(key)))
    };
    let orders: Vec<&str> =
        entries.iter().filter(moved).filter_map(|entry| entry.get("order")?.as_str()).collect();
    (!orders.is_empty()).then(|| format!("{} 的草稿印着台账变化以前的已结算和累计", orders.join("、")))
}

/// That another version made it.
pub fn of_version(record: &Record) -> Option<String> {
    let version = record.value.get("hetong").and_then(Value::as_str).unwrap_or("（没有写版本）");
    let own = env!("CARGO_PKG_VERSION");
    (version != own).then(|| format!("是 hetong {version} 生成的，这里是 {own}"))
}
