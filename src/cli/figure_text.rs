//! The tree of a figure as text: branches, and what is alike in many lines as a table.
//!
//! May use: `compute`, `diagnostics`.

use unicode_width::UnicodeWidthStr;

use crate::compute::figure_tree::Node;
use crate::compute::figures::{Figure, Input};
use crate::diagnostics::Origin;
use crate::diagnostics::human::{Paint, visible};

/// From so many on, inputs that came about alike stand in a table.
const TABLE_FROM: usize = 4;
const TOLD: &str = "见上";

/// The tree, one line or table for each input. `tender` names the pack's file that holds 税率 and 预估工作量.
pub fn render(root: &Node<'_>, tender: &str, paint: Paint) -> String {
    let mut writer = Writer { out: String::new(), tender, paint };
    writer.node(root, "", "");
    writer.out
}

struct Writer<'a> {
    out: String,
    tender: &'a str,
    paint: Paint,
}

impl Writer<'_> {
    /// A node: its own line after `first`, what belongs to it after `rest`.
    fn node(&mut self, node: &Node<'_>, first: &str, rest: &str) {
        match node {
            Node::Leaf(input) => {
                let source = self.source(input).map(|source| format!("  ← {source}")).unwrap_or_default();
                self.line(first, &format!("{} {}{source}", one_line(&input.name), one_line(&input.value)));
            }
            Node::Figure { figure, told: true, .. } => {
                self.line(first, &format!("{}（算法{TOLD}）", equation(figure, &one_line(&figure.name))));
            }
            Node::Figure { figure, inputs, .. } => {
                let name = self.paint.strong(&one_line(&figure.name));
                self.line(first, &equation(figure, &name));
                let below = if inputs.is_empty() { "   " } else { "│  " };
                self.line(&format!("{rest}{below}"), &how(figure));
                self.inputs(inputs, rest);
            }
        }
    }

    fn inputs(&mut self, inputs: &[Node<'_>], rest: &str) {
        let mut left = inputs;
        while let Some(first) = left.first() {
            let form = shape(first, true);
            let alike = left.iter().take_while(|node| shape(node, true) == form).count();
            let take = if alike >= TABLE_FROM { alike } else { 1 };
            let (now, after) = left.split_at(take);
            left = after;
            if take > 1 {
                self.table(now, &format!("{rest}│  "));
                continue;
            }
            let (arm, below) = if left.is_empty() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            self.node(first, &format!("{rest}{arm}"), &format!("{rest}{below}"));
        }
    }

    /// Rows that came about alike: how, once; then a line for each with its numbers and its cells.
    fn table(&mut self, nodes: &[Node<'_>], lead: &str) {
        let mut columns: Vec<Column<'_>> = Vec::new();
        for (row, node) in nodes.iter().enumerate() {
            let mut cells = Cells { columns: &mut columns, row, next: 0 };
            cells.row(node);
        }
        let Some(first) = nodes.first() else { return };
        for text in self.legend(nodes, first) {
            self.line(lead, &text);
        }
        let shown: Vec<(Vec<String>, bool)> = columns.iter().map(Column::shown).collect();
        let widths: Vec<usize> =
            shown.iter().map(|(cells, _)| cells.iter().map(|cell| cell.width()).max().unwrap_or(0)).collect();
        for row in 0..=nodes.len() {
            let mut text = String::new();
            for ((cells, right), width) in shown.iter().zip(&widths) {
                let cell = cells.get(row).map_or("", String::as_str);
                let space = " ".repeat(width.saturating_sub(cell.width()));
                let (before, after) = if *right { (space.as_str(), "") } else { ("", space.as_str()) };
                text.push_str(&format!("  {before}{cell}{after}"));
            }
            let text = text.trim_end();
            let text = if row == 0 { self.paint.frame(text) } else { text.to_owned() };
            self.line(lead, &text);
        }
    }

    /// How the figures of a table's rows came about, each once, and where what is not typed comes from.
    fn legend(&self, nodes: &[Node<'_>], first: &Node<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        let mut open = vec![first];
        while let Some(node) = open.pop() {
            match node {
                Node::Figure { figure, told, .. } if *told => {
                    lines.push(format!("{} 行{}，算法{TOLD}", nodes.len(), label(&figure.name)));
                }
                Node::Figure { figure, inputs, .. } => {
                    let words = split(&figure.formula).0;
                    lines.push(format!("{}：{words}{}", label(&figure.name), rests_on(figure)));
                    open.extend(inputs.iter().rev());
                }
                Node::Leaf(input) if input.origin.is_none() => {
                    let same = nodes.iter().all(|node| has_leaf(node, input));
                    let value = if same { format!(" {}", input.value) } else { String::new() };
                    let source = self.source(input).map(|source| format!("  ← {source}")).unwrap_or_default();
                    let text = format!("{}{value}{source}", input.name);
                    if !lines.contains(&text) {
                        lines.push(text);
                    }
                }
                Node::Leaf(_) => {}
            }
        }
        lines
    }

    /// Where a value that no figure gives comes from.
    fn source(&self, input: &Input) -> Option<String> {
        match &input.origin {
            Some(origin) => Some(one_line(&place(origin))),
            None if ["税率", "预估工作量"].contains(&input.name.as_str()) => {
                Some(self.tender.to_owned())
            }
            None => None,
        }
    }

    fn line(&mut self, lead: &str, text: &str) {
        self.out.push_str(format!("{lead}{text}").trim_end());
        self.out.push('\n');
    }
}

/// What stands in a cell of a table.
enum Cell<'n> {
    Text(String),
    Number(&'n str),
    Place(&'n Origin),
}

struct Column<'n> {
    heading: String,
    cells: Vec<Cell<'n>>,
}

impl Column<'_> {
    /// Its heading and its cells, and whether they stand to the right. A sheet that all cells lie in is named once.
    fn shown(&self) -> (Vec<String>, bool) {
        let sheet = |cell: &Cell<'_>| match cell {
            Cell::Place(Origin::Cell(place)) => Some((place.file.clone(), place.sheet.clone())),
            _ => None,
        };
        let common = self.cells.first().and_then(sheet);
        let common = common.filter(|common| self.cells.iter().all(|c| sheet(c).as_ref() == Some(common)));
        let heading = match &common {
            Some((file, name)) if name.is_empty() => format!("{}（{file}）", self.heading),
            Some((file, name)) => format!("{}（{file} › 工作表“{name}”）", self.heading),
            None => self.heading.clone(),
        };
        let text = |cell: &Cell<'_>| match cell {
            Cell::Text(text) => one_line(text),
            Cell::Number(number) => one_line(number),
            Cell::Place(Origin::Cell(cell)) if common.is_some() => cell.cell.to_string(),
            Cell::Place(origin) => one_line(&place(origin)),
        };
        let cells = std::iter::once(one_line(&heading)).chain(self.cells.iter().map(text)).collect();
        (cells, matches!(self.cells.first(), Some(Cell::Number(_))))
    }
}

/// One row being set into the columns.
struct Cells<'c, 'n> {
    columns: &'c mut Vec<Column<'n>>,
    row: usize,
    next: usize,
}

impl<'n> Cells<'_, 'n> {
    fn row(&mut self, node: &'n Node<'n>) {
        match node {
            Node::Leaf(input) => {
                self.push("", Cell::Text(input.name.clone()));
                self.push("", Cell::Number(&input.value));
                if let Some(origin) = &input.origin {
                    self.push("出处", Cell::Place(origin));
                }
            }
            Node::Figure { figure, inputs, told } => {
                let name = figure.name.rsplit_once(' ').map_or(figure.name.as_str(), |(row, _)| row);
                self.push("", Cell::Text(name.to_owned()));
                self.push(label(&figure.name), Cell::Number(&figure.value));
                if !told {
                    self.derivation(figure, inputs, "算式");
                }
            }
        }
    }

    /// The numbers of a formula, then what its inputs came from. What the numbers show is not repeated.
    fn derivation(&mut self, figure: &'n Figure, inputs: &'n [Node<'n>], heading: &str) {
        let numbers = split(&figure.formula).1;
        if let Some(numbers) = numbers {
            self.push(heading, Cell::Text(numbers.to_owned()));
        }
        for input in inputs {
            if numbers.is_none() {
                self.push(input.name(), Cell::Number(input.value()));
            }
            match input {
                Node::Leaf(Input { name, origin: Some(origin), .. }) => self.push(name, Cell::Place(origin)),
                Node::Leaf(_) => {}
                Node::Figure { figure, told: true, .. } => {
                    let heading = format!("{}的算式", label(&figure.name));
                    self.push(&heading, Cell::Text(TOLD.into()));
                }
                Node::Figure { figure, inputs, .. } => {
                    self.derivation(figure, inputs, &format!("{}的算式", label(&figure.name)));
                }
            }
        }
    }

    fn push(&mut self, heading: &str, cell: Cell<'n>) {
        if self.row == 0 {
            self.columns.push(Column { heading: heading.to_owned(), cells: Vec::new() });
        }
        // Rows of a table have one shape, hence the same columns.
        if let Some(column) = self.columns.get_mut(self.next) {
            column.cells.push(cell);
        }
        self.next += 1;
    }
}

/// What two rows of one table have in common.
fn shape(node: &Node<'_>, is_row: bool) -> String {
    match node {
        Node::Leaf(input) if input.origin.is_some() && is_row => "typed".into(),
        Node::Leaf(input) => format!("{} {}", input.name, input.origin.is_some()),
        Node::Figure { figure, told: true, .. } => format!("{} {TOLD}", label(&figure.name)),
        Node::Figure { figure, inputs, .. } => {
            let (words, numbers) = split(&figure.formula);
            let inputs: Vec<String> = inputs.iter().map(|input| shape(input, false)).collect();
            let numbers = numbers.is_some();
            format!("{} {words} {numbers}{}[{}]", label(&figure.name), rests_on(figure), inputs.join("|"))
        }
    }
}

/// Whether a leaf of the same name and value stands below a node.
fn has_leaf(node: &Node<'_>, leaf: &Input) -> bool {
    match node {
        Node::Leaf(input) => (&input.name, &input.value) == (&leaf.name, &leaf.value),
        Node::Figure { inputs, .. } => inputs.iter().any(|input| has_leaf(input, leaf)),
    }
}

/// The last word of a name: what it is, without whose.
fn label(name: &str) -> &str {
    name.rsplit_once(' ').map_or(name, |(_, label)| label)
}

/// A formula's words, and its numbers where it has any.
fn split(formula: &str) -> (&str, Option<&str>) {
    formula.split_once(" = ").map_or((formula, None), |(words, numbers)| (words, Some(numbers)))
}

fn equation(figure: &Figure, name: &str) -> String {
    format!("{name} = {} {}", one_line(&figure.value), figure.unit).trim_end().to_owned()
}

fn how(figure: &Figure) -> String {
    format!("{}{}", one_line(&figure.formula), rests_on(figure))
}

fn rests_on(figure: &Figure) -> String {
    let rounding = figure.rounding.map(|rounding| format!("；{rounding}")).unwrap_or_default();
    format!("{rounding}；依据 {}", figure.clause)
}

/// A place as findings tell it.
pub fn place(origin: &Origin) -> String {
    match origin {
        Origin::Cell(cell) if cell.sheet.is_empty() => format!("{} › {}", cell.file, cell.cell),
        Origin::Cell(cell) => format!("{} › 工作表“{}” › {}", cell.file, cell.sheet, cell.cell),
        other => other.to_string(),
    }
}

/// Nothing typed may leave its line or reach the terminal as a command.
fn one_line(text: &str) -> String {
    visible(text).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::figure_tree::tree;
    use crate::diagnostics::{CellPlace, CellRef};

    fn figure(name: &str, value: &str, formula: &str, inputs: Vec<Input>) -> Figure {
        let (name, value, formula) = (name.to_owned(), value.to_owned(), formula.to_owned());
        Figure { name, value, unit: "元", formula, inputs, rounding: None, clause: "4.3" }
    }

    fn input(name: &str, value: &str, row: Option<u32>) -> Input {
        let cell = |row| {
            let cell = CellRef { row, column: 5 };
            Origin::Cell(CellPlace { file: "报价表.xlsx".into(), sheet: "报价".into(), cell })
        };
        Input { name: name.into(), value: value.into(), origin: row.map(cell) }
    }

    fn text(book: &[Figure]) -> String {
        render(&tree(book, &book[0]), "模板“x”的 招标.yaml", Paint::default())
    }

    #[test]
    fn a_few_inputs_are_branches() {
        let sum = vec![input("甲 价", "1", None), input("乙 价", "2", None), input("甲 价", "1", None)];
        let book = [
            figure("和", "4", "三项之和 = 1 + 2 + 1", sum),
            figure(
                "甲 价",
                "1",
                "单价 × (1 + 税率)",
                vec![input("单价", "1", Some(4)), input("税率", "6%", None)],
            ),
        ];
        insta::assert_snapshot!(text(&book), @r"
        和 = 4 元
        │  三项之和 = 1 + 2 + 1；依据 4.3
        ├─ 甲 价 = 1 元
        │  │  单价 × (1 + 税率)；依据 4.3
        │  ├─ 单价 1  ← 报价表.xlsx › 工作表“报价” › F5
        │  └─ 税率 6%  ← 模板“x”的 招标.yaml
        ├─ 乙 价 2
        └─ 甲 价 = 1 元（算法见上）
        ");
    }

    #[test]
    fn many_alike_are_a_table() {
        let names = ["甲", "乙乙", "丙", "丁"];
        let priced = |(row, name): (u32, &&str)| {
            let inputs = vec![input("单价", "10", Some(row)), input("税率", "6%", None)];
            figure(&format!("{name} 价"), "10.60", "单价 × (1 + 税率) = 10 × 1.06", inputs)
        };
        let rows: Vec<Figure> = (4..).zip(&names).map(priced).collect();
        let inputs = rows.iter().map(|row| input(&row.name, &row.value, None)).collect();
        let book = [vec![figure("合计", "42.40", "4 行价之和", inputs)], rows].concat();
        insta::assert_snapshot!(text(&book), @r"
        合计 = 42.40 元
        │  4 行价之和；依据 4.3
        │  价：单价 × (1 + 税率)；依据 4.3
        │  税率 6%  ← 模板“x”的 招标.yaml
        │             价  算式       单价（报价表.xlsx › 工作表“报价”）
        │    甲    10.60  10 × 1.06  F5
        │    乙乙  10.60  10 × 1.06  F6
        │    丙    10.60  10 × 1.06  F7
        │    丁    10.60  10 × 1.06  F8
        ");
    }

    #[test]
    fn what_is_typed_stays_in_its_line() {
        let book = [figure("和\n", "1", "x\u{1b}[31m\ny", vec![input("张\r三", "1", Some(0))])];
        let text = text(&book);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(!text.contains(['\u{1b}', '\r']), "{text}");
    }
}
