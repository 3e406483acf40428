//! A figure with all that it came from, down to the cells, and finding one by what people call it.
//!
//! May use: `model`, and its own room.

use std::collections::BTreeSet;

use super::figures::{Figure, Input};
use crate::model::likeness;
use crate::model::month::Month;
use crate::model::names::plain_chars;
use crate::model::numerals::read_any;

/// A figure, or what was typed, with what it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node<'b> {
    /// A figure of the book.
    Figure {
        /// It.
        figure: &'b Figure,
        /// What went in, in the formula's order; empty where it was told before.
        inputs: Vec<Node<'b>>,
        /// Whether it stands, with its inputs, earlier in the tree.
        told: bool,
    },
    /// A value that the book does not derive: typed, or of the pack.
    Leaf(&'b Input),
}

impl Node<'_> {
    /// What it is called.
    pub fn name(&self) -> &str {
        match self {
            Self::Figure { figure, .. } => &figure.name,
            Self::Leaf(input) => &input.name,
        }
    }

    /// Its value as people read it.
    pub fn value(&self) -> &str {
        match self {
            Self::Figure { figure, .. } => &figure.value,
            Self::Leaf(input) => &input.value,
        }
    }
}

/// The tree of a figure. What stands in it twice has its inputs only the first time.
pub fn tree<'b>(book: &'b [Figure], root: &'b Figure) -> Node<'b> {
    grow(book, root, &mut BTreeSet::new())
}

fn grow<'b>(book: &'b [Figure], figure: &'b Figure, told: &mut BTreeSet<&'b str>) -> Node<'b> {
    if !told.insert(&figure.name) {
        return Node::Figure { figure, inputs: Vec::new(), told: true };
    }
    let mut input = |input: &'b Input| {
        // What has a place of its own was typed there.
        let derived = if input.origin.is_none() { book.iter().find(|f| f.name == input.name) } else { None };
        match derived {
            Some(figure) => grow(book, figure, told),
            None => Node::Leaf(input),
        }
    };
    Node::Figure { figure, inputs: figure.inputs.iter().map(&mut input).collect(), told: false }
}

/// What was found for a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'b> {
    /// This one.
    One(&'b Figure),
    /// Each of these could be meant.
    Several(Vec<&'b Figure>),
    /// None; these are called something like it, the likeliest first.
    None(Vec<&'b Figure>),
}

/// Whether a name, as a key, and its figure may be meant.
type Way<'w> = &'w dyn Fn(&str, &Figure) -> bool;

/// The figure of a name: as it is written, else the one that has just these words in another order, else the only one whose
/// last word it is, else the only one of these words that ends with one of them, else the only one of these words, else the
/// only one that ends with its last word and has the others in it, else the only one that begins so, else the only one that
/// has it in it, else the only one that has every word of it.
pub fn search<'b>(book: &'b [Figure], asked: &str) -> Found<'b> {
    let asked: Vec<String> = asked
        .split_whitespace()
        .flat_map(without_revision)
        .map(|word| month(&word).or_else(|| revision(&word)).unwrap_or(word))
        .collect();
    let key = key(&asked.join(" "));
    if key.is_empty() {
        return Found::None(Vec::new());
    }
    let words: Vec<String> = asked.iter().map(|word| self::key(word)).collect();
    let keyed: Vec<(String, &Figure)> = book.iter().map(|figure| (self::key(&figure.name), figure)).collect();
    let last = |figure: &Figure, word: &str| {
        figure.name.rsplit(' ').next().is_some_and(|last| self::key(last) == word)
    };
    let has_all = |name: &str| words.iter().all(|word| name.contains(word.as_str()));
    let of = |figure: &Figure| -> Vec<String> { figure.name.split(' ').map(self::key).collect() };
    let has_words = |figure: &Figure| {
        let of = of(figure);
        words.iter().all(|word| of.contains(word))
    };
    let ways: [Way<'_>; 9] = [
        &|name, _| name == key,
        &|_, figure| of(figure).len() == words.len() && has_words(figure),
        &|_, figure| last(figure, &key),
        &|_, figure| has_words(figure) && words.iter().any(|word| last(figure, word)),
        &|_, figure| has_words(figure),
        &|name, figure| words.last().is_some_and(|word| last(figure, word)) && has_all(name),
        &|name, _| name.starts_with(&key),
        &|name, _| name.contains(&key),
        &|name, _| has_all(name),
    ];
    for way in ways {
        let fitting: Vec<&Figure> = keyed.iter().filter(|(name, f)| way(name, f)).map(|(_, f)| *f).collect();
        match fitting.as_slice() {
            [] => {}
            [one] => return Found::One(one),
            _ => return Found::Several(fitting),
        }
    }
    Found::None(nearest(&keyed, &key))
}

/// 2026年8月 or 8月 as names have it.
fn month(word: &str) -> Option<String> {
    let word = word.strip_suffix('月')?;
    let (year, month) = word.split_once('年').unwrap_or(("", word));
    let number: u8 = month.parse().ok().filter(|number| (1..=12).contains(number))?;
    Some(format!("{year}-{number:02}"))
}

/// The 修订 that a name asks for, as figures' names have it.
pub fn revision_of(asked: &str) -> Option<String> {
    asked.split_whitespace().flat_map(without_revision).find_map(|word| revision(&word))
}

/// 含税上限总价修订2 is two words.
fn without_revision(word: &str) -> Vec<String> {
    let parts = word.split_once(REVISION).map(|(before, after)| {
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let (number, rest) = after.split_at(end);
        [before.to_owned(), format!("{REVISION}{number}"), rest.to_owned()]
    });
    match parts {
        Some([before, number, rest]) if number.len() > REVISION.len() => {
            [before, number, rest].into_iter().filter(|part| !part.is_empty()).collect()
        }
        _ => vec![word.to_owned()],
    }
}

/// What the names of figures after an 调整 begin with.
const REVISION: &str = "修订";

/// 修订二, 第2次修订 or 补充协议（二） as names have it.
fn revision(word: &str) -> Option<String> {
    let counted = || {
        word.strip_prefix('第')?.strip_suffix("次修订").or(word.strip_prefix('第')?.strip_suffix("次调整"))
    };
    let named = || word.strip_prefix(REVISION).or(word.strip_prefix("补充协议"));
    let number = counted().or_else(named)?.trim_matches(['（', '）', '(', ')', '-', '第', '号']);
    read_any(number).map(|number| format!("{REVISION}{number}"))
}

/// What was typed under a name, such as 不含税单价, or 产品/平台服务·高级 不含税单价: not computed, but what figures come from.
/// Each with its whole name; none twice, even if 修订 use it again.
pub fn typed<'b>(book: &'b [Figure], asked: &str) -> Vec<(String, &'b Input)> {
    let asked = key(asked);
    let mut found: Vec<(String, &Input)> = Vec::new();
    for figure in book {
        for input in figure.inputs.iter().filter(|input| input.origin.is_some()) {
            let line = figure.name.rsplit_once(' ').map_or("", |(line, _)| line);
            let name = if line.is_empty() { input.name.clone() } else { format!("{line} {}", input.name) };
            let told = || found.iter().any(|(_, other)| *other == input);
            if [key(&name), key(&input.name)].contains(&asked) && !told() {
                found.push((name, input));
            }
        }
    }
    found
}

/// What is left of a name when neither how it is typed nor its points and brackets count.
fn key(name: &str) -> String {
    let kept = |c: &char| !matches!(c, '·' | '/' | '(' | ')' | ':' | ',' | '.' | '。' | '、' | '“' | '”');
    plain_chars(name).filter(kept).flat_map(char::to_lowercase).collect()
}

/// How many names that are something like it are told.
const MOST_NEAR: usize = 3;

fn nearest<'b>(keyed: &[(String, &'b Figure)], asked: &str) -> Vec<&'b Figure> {
    let mut near: Vec<(usize, &Figure)> =
        keyed.iter().filter_map(|(name, figure)| Some((likeness::distance(asked, name)?, *figure))).collect();
    near.sort_by_key(|(distance, _)| *distance);
    near.into_iter().take(MOST_NEAR).map(|(_, figure)| figure).collect()
}

/// The part of the contract that a figure belongs to, as a heading.
pub fn group(figure: &Figure) -> String {
    let mut words = figure.name.split(' ');
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if second.parse::<Month>().is_ok() {
        return format!("结算单 {first} {second}");
    }
    if first.starts_with("修订") {
        return format!("{first}（调整后的附件3 和 4.3）");
    }
    if figure.clause == "附件6" || figure.name.contains("订单总额") {
        return format!("委托订单 {first}");
    }
    match figure.clause.split(' ').next().unwrap_or_default() {
        "附件3" => "附件3 报价表".into(),
        "4.3" => "合同正文 4.3".into(),
        clause => clause.into(),
    }
}

/// Figures by heading, in the book's order; within it those of one line or order together: what they are called before the
/// last word, and the last words.
pub fn groups<'b>(figures: impl IntoIterator<Item = &'b Figure>) -> Vec<(String, Vec<Line<'b>>)> {
    let mut groups: Vec<(String, Vec<Line<'b>>)> = Vec::new();
    for figure in figures {
        let heading = group(figure);
        let at = groups.iter().position(|(known, _)| *known == heading).unwrap_or_else(|| {
            groups.push((heading, Vec::new()));
            groups.len() - 1
        });
        let Some((_, lines)) = groups.get_mut(at) else { continue };
        let (line, last) = figure.name.rsplit_once(' ').unwrap_or(("", &figure.name));
        match lines.iter_mut().find(|known| known.0 == line) {
            Some((_, names)) => names.push(last),
            None => lines.push((line, vec![last])),
        }
    }
    groups
}

/// What the figures' names have before their last word, and the last words.
pub type Line<'b> = (&'b str, Vec<&'b str>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::CaseFigures;
    use crate::compute::figures::figure_book;
    use crate::compute::testing::{good_case, pack};
    use crate::compute::testing_month::good_month_case;

    fn book() -> Vec<Figure> {
        let (pack, mut case) = (pack(), good_month_case());
        case.quotation = good_case().quotation;
        figure_book(&case, &pack, &CaseFigures::of(&case, &pack))
    }

    #[test]
    fn a_tree_goes_down_to_the_cells_and_tells_nothing_twice() {
        let book = book();
        let Found::One(root) = search(&book, "税额") else { panic!("税额 is one figure") };
        let mut told: Vec<&str> = Vec::new();
        let mut leaves = 0;
        let mut open = vec![tree(&book, root)];
        while let Some(node) = open.pop() {
            match node {
                Node::Figure { figure, inputs, told: false } => {
                    assert!(!told.contains(&figure.name.as_str()), "{}", figure.name);
                    assert_eq!(inputs.len(), figure.inputs.len());
                    told.push(&figure.name);
                    open.extend(inputs);
                }
                Node::Figure { figure, inputs, told: true } => {
                    assert!(inputs.is_empty() && figure.name.ends_with("不含税总价"), "{}", figure.name);
                }
                Node::Leaf(input) if input.origin.is_some() => leaves += 1,
                Node::Leaf(input) => assert!(["税率", "预估工作量"].contains(&input.name.as_str())),
            }
        }
        // 税额, two 合计, two totals of each of the 21 lines; each line's 不含税单价 is a cell.
        assert_eq!((told.len(), leaves), (1 + 2 + 42, 21));
    }

    #[test]
    fn names_are_forgiven_much() {
        let book = book();
        let one = |asked: &str| match search(&book, asked) {
            Found::One(figure) => figure.name.clone(),
            other => panic!("{asked}: {other:?}"),
        };
        assert_eq!(one("含税上限总价"), "含税上限总价");
        assert_eq!(one(" 含税 上限总价"), "含税上限总价");
        assert_eq!(one("含税上限总价大"), "含税上限总价大写");
        assert_eq!(one("产品／平台服务高级 含税单价"), "产品/平台服务·高级 含税单价");
        assert_eq!(one("dd-2026-001 2026-03 应支付"), "DD-2026-001 2026-03 应支付");
        assert_eq!(one("考核得分"), "DD-2026-001 2026-03 考核得分");
        assert_eq!(one("订单总额大写 DD-2026-001"), "DD-2026-001 订单总额大写");
        assert_eq!(one("应支付"), "DD-2026-001 2026-03 应支付");
        for month in ["2026-03", "2026年3月", "3月"] {
            assert_eq!(one(&format!("DD-2026-001 {month} 应支付")), "DD-2026-001 2026-03 应支付");
            assert_eq!(one(&format!("{month} 应支付")), "DD-2026-001 2026-03 应支付");
        }
        // The same after an 调整: exact words win over names that begin with them or have them in them.
        let revised = [
            "含税上限总价",
            "含税上限总价大写",
            "产品/平台服务·高级 含税单价",
            "产品/平台服务·高级 含税总价",
        ];
        let revised = revised.iter().flat_map(|name| {
            let figure = book.iter().find(|figure| figure.name == *name).unwrap();
            ["修订1", "修订2", "修订21"].map(|n| Figure { name: format!("{n} {name}"), ..figure.clone() })
        });
        let revised: Vec<Figure> = book.iter().cloned().chain(revised).collect();
        for asked in [
            "含税上限总价 修订2",
            "修订2 含税上限总价",
            "含税上限总价修订2",
            "修订二 含税上限总价",
            "补充协议（二） 含税上限总价",
            "第2次修订 含税上限总价",
        ] {
            let Found::One(figure) = search(&revised, asked) else { panic!("{asked}") };
            assert_eq!(figure.name, "修订2 含税上限总价", "{asked}");
        }
        let Found::One(figure) = search(&revised, "含税单价 产品/平台服务·高级 修订1") else {
            panic!()
        };
        assert_eq!(figure.name, "修订1 产品/平台服务·高级 含税单价");
        let Found::Several(several) = search(&revised, "修订2") else { panic!("there are 4 of them") };
        assert!(several.len() == 4, "of 修订2, not of 修订21: {several:?}");
        let Found::Several(several) = search(&book, "含税单价") else { panic!("there are 21 of them") };
        assert!(several.iter().all(|figure| figure.name.ends_with(" 含税单价")) && several.len() == 21);
        let Found::None(near) = search(&book, "含税上线总介") else { panic!("no such figure") };
        assert_eq!(near[0].name, "含税上限总价");
        assert_eq!(search(&book, "完全不相干"), Found::None(Vec::new()));
        assert_eq!(typed(&book, "不含税单价").len(), 21);
        let one = typed(&book, "产品/平台服务 高级 不含税单价");
        assert_eq!(one.len(), 1);
        assert_eq!(one[0].0, "产品/平台服务·高级 不含税单价");
    }

    #[test]
    fn figures_are_listed_by_what_they_belong_to() {
        let book = book();
        let groups = groups(&book);
        let headings: Vec<&str> = groups.iter().map(|(heading, _)| heading.as_str()).collect();
        let expected =
            ["附件3 报价表", "合同正文 4.3", "附件5", "委托订单 DD-2026-001", "结算单 DD-2026-001 2026-03"];
        assert_eq!(headings, expected);
        assert_eq!(groups[0].1[0], ("产品/平台服务·高级", vec!["含税单价", "不含税总价", "含税总价"]));
        let count: usize = groups.iter().flat_map(|(_, lines)| lines).map(|(_, names)| names.len()).sum();
        assert_eq!(count, book.len());
    }
}
