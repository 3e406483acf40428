//! Tests of the ledger's format: what it refuses, and what it survives.

use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use super::*;

fn money(amount: Decimal) -> Money {
    Money::round(amount)
}

/// A line that follows from what the chain holds.
pub(super) fn next(
    chain: &mut Chain,
    order: &str,
    month: &str,
    gross: Decimal,
    reason: Option<&str>,
) -> LedgerLine {
    let month = month.parse().unwrap();
    let known = chain.counting(order, month);
    let gross = money(gross);
    let net = TaxRate::from_percent(dec!(6)).unwrap().net(gross);
    let replaced = reason.and(known);
    let line = LedgerLine {
        number: chain.next_number(),
        contract: None,
        order: order.to_owned(),
        month,
        days: dec!(21.50),
        score: dec!(97.5),
        work_gross: gross,
        gross,
        net,
        tax: gross - net,
        parts: vec![TaxPart::of(gross, TaxRate::from_percent(dec!(6)).unwrap())],
        revision: 0,
        opening: chain.closing(),
        closing: chain.closing() + gross - replaced.map_or(Money::ZERO, |(_, gross)| gross),
        correction: reason
            .map(|reason| Correction { replaces: replaced.unwrap().0, reason: reason.to_owned() }),
        inputs: BTreeMap::from([("结算/2026-03/工时.xlsx".into(), sha256_hex(b"in"))]),
        outputs: BTreeMap::from([("结算单.pdf".into(), sha256_hex(b"out"))]),
        issued_at: "2026-04-08T10:15:00+08:00".into(),
        version: "0.1.0".into(),
    };
    chain.follow(&line).unwrap();
    line
}

fn text_of(lines: &[LedgerLine]) -> Vec<u8> {
    let (mut text, mut previous) = (String::new(), HASH_OF_NOTHING.to_owned());
    for line in lines {
        let (encoded, hash) = encode(line, &previous).unwrap();
        text += &encoded;
        text.push('\n');
        previous = hash;
    }
    text.into_bytes()
}

/// Two orders, a correction, months out of order.
fn three() -> Vec<LedgerLine> {
    let mut chain = Chain::default();
    vec![
        next(&mut chain, "DD-2026-001", "2026-04", dec!(21972.85), None),
        next(&mut chain, "DD-2026-002", "2026-03", dec!(1335.60), None),
        next(&mut chain, "DD-2026-001", "2026-04", dec!(20000), Some("漏记“半天”\n另一行")),
    ]
}

fn lines_of(ledger: &Ledger) -> Vec<LedgerLine> {
    ledger.lines().iter().map(|(line, _)| line.clone()).collect()
}

#[test]
fn what_is_written_is_read() {
    let lines = three();
    let text = text_of(&lines);
    let ledger = parse(&text);
    assert_eq!(ledger.damage, []);
    let read = lines_of(&ledger);
    assert_eq!(
        read,
        lines.iter().map(|line| LedgerLine { days: dec!(21.5), ..line.clone() }).collect::<Vec<_>>()
    );
    assert_eq!(ledger.closing(), money(dec!(21335.60)));
    assert_eq!(ledger.effective().map(|line| line.gross).sum::<Money>(), ledger.closing());
    assert_eq!(ledger.issued("ＤＤ-2026-001 ", "2026-04".parse().unwrap()).unwrap().0.number, 3);
    assert_eq!(ledger.tail.whole_bytes, text.len() as u64);
    let first = String::from_utf8(text).unwrap();
    let first = first.lines().next().unwrap().to_owned();
    assert!(first.starts_with(
        r#"{"序号":1,"订单":"DD-2026-001","月份":"2026-04","人天":"21.5","得分":"97.5","结算金额":"21972.85","应支付":"21972.85","#
    ));
    assert!(first.contains(r#""税率":"6%","已结算":"0.00","累计":"21972.85","输入":{"#), "{first}");
    assert!(first.contains(&format!(r#""前行":"{HASH_OF_NOTHING}","本行":""#)), "{first}");
}

/// The second line's 1,335.60 at two rates: 800.00 at 6 % is 754.72 + 45.28, 535.60 at 3 % is 520.00 + 15.60.
fn at_two_rates(line: &mut LedgerLine) {
    let part = |percent, gross| TaxPart::of(money(gross), TaxRate::from_percent(percent).unwrap());
    line.parts = vec![part(dec!(6), dec!(800)), part(dec!(3), dec!(535.60))];
    (line.net, line.tax) = (money(dec!(1274.72)), money(dec!(60.88)));
    line.revision = 2;
}

#[test]
fn two_rates_of_a_month_are_written_and_read() {
    let mut lines = three();
    at_two_rates(&mut lines[1]);
    let text = String::from_utf8(text_of(&lines)).unwrap();
    let second = text.lines().nth(1).unwrap();
    assert!(
        second.contains(concat!(
            r#""不含税":"1274.72","税额":"60.88","税率":"6%、3%","分税率":["#,
            r#"{"税率":"6%","应支付":"800.00","不含税":"754.72","税额":"45.28"},"#,
            r#"{"税率":"3%","应支付":"535.60","不含税":"520.00","税额":"15.60"}],"修订":2,"已结算":"#
        )),
        "{second}"
    );
    for other in [0, 2] {
        let other = text.lines().nth(other).unwrap();
        assert!(!other.contains("分税率") && !other.contains("修订"), "{other}");
    }
    let ledger = parse(text.as_bytes());
    assert_eq!(ledger.damage, []);
    assert_eq!(ledger.lines()[1].0, LedgerLine { days: dec!(21.5), ..lines[1].clone() });
    // 21,972.85 at 6 % is 20,729.10 net; 20,000.00 in its place is 18,867.92.
    let net: Vec<Money> = ledger.balances().map(|(_, after)| after.net).collect();
    assert_eq!(net, [dec!(20729.10), dec!(22003.82), dec!(20142.64)].map(money));
}

/// What was written before there were 分税率 and 修订 stays as it is, byte by byte: hashes rest on it.
#[test]
fn every_line_of_every_ledger_here_is_written_again_as_it_stands() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let files = walkdir::WalkDir::new(root).into_iter().filter_map(Result::ok);
    let files = files.filter(|entry| entry.file_name() == LEDGER_FILE);
    let mut seen = 0;
    for path in files.map(walkdir::DirEntry::into_path) {
        let bytes = std::fs::read(&path).unwrap();
        let ledger = parse(&bytes);
        if !ledger.damage.is_empty() {
            continue;
        }
        assert_eq!(
            String::from_utf8(text_of(&lines_of(&ledger))).unwrap(),
            String::from_utf8(bytes).unwrap()
        );
        seen += ledger.lines().len();
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn rates_that_do_not_fit_are_damage_even_if_the_hashes_are_right() {
    let broken = |change: fn(&mut LedgerLine)| {
        forged(|lines| {
            at_two_rates(&mut lines[1]);
            change(&mut lines[1]);
        })
    };
    let whole = "分税率的各项与应支付、不含税、税额、税率不符";
    // A cent moved from one to the other, within each.
    let told = broken(|line| {
        line.parts[0].net = line.parts[0].net + money(dec!(0.01));
        line.parts[0].tax = line.parts[0].tax - money(dec!(0.01));
        line.parts[1].net = line.parts[1].net - money(dec!(0.01));
        line.parts[1].tax = line.parts[1].tax + money(dec!(0.01));
    });
    assert!(told.contains(":2:1 分税率里 6% 的不含税、税额不是由应支付 800.00 分出来的"), "{told}");
    // Parts that are right by themselves, and not of this line.
    let told = broken(|line| line.parts[1] = TaxPart::of(money(dec!(535.61)), line.parts[1].rate));
    assert!(told.contains(whole), "{told}");
    let told = broken(|line| line.parts.push(TaxPart::of(Money::ZERO, line.parts[0].rate)));
    assert!(told.contains(whole), "{told}");
    // Another order of the rates, one rate alone, or none that is one: edited as text, with the hash put right.
    let mut lines = three();
    at_two_rates(&mut lines[1]);
    let text = String::from_utf8(text_of(&lines[..2])).unwrap();
    let edited = |from: &str, to: &str| {
        let (first, second) = text.split_once('\n').unwrap();
        assert!(second.contains(from));
        let content = second.split(",\"本行\"").next().unwrap().replace(from, to) + "}";
        let own = sha256_hex(content.as_bytes());
        let line = format!("{first}\n{},\"本行\":\"{own}\"}}\n", content.strip_suffix('}').unwrap());
        let ledger = parse(line.as_bytes());
        assert!(!ledger.is_sound(), "{line}");
        ledger.damage[0].why.clone()
    };
    assert_eq!(edited("\"6%、3%\"", "\"3%、6%\""), whole);
    assert_eq!(edited("\"6%、3%\"", "\"6%\""), whole);
    assert_eq!(
        edited(",{\"税率\":\"3%\",\"应支付\":\"535.60\",\"不含税\":\"520.00\",\"税额\":\"15.60\"}", ""),
        whole
    );
    assert_eq!(edited("[{\"税率\":\"6%\"", "[{\"税率\":\"六\""), "税率的值“六”不是税率");
    assert!(edited("\"修订\":2", "\"修订\":-2").contains("不是台账的格式"));
    assert!(edited("\"修订\":2", "\"修订\":\"2\"").contains("不是台账的格式"));
    assert!(edited("\"应支付\":\"800.00\"", "\"应支付\":800").contains("不是台账的格式"));
}

#[test]
fn a_last_line_without_its_line_break_is_whole() {
    let mut text = text_of(&three());
    text.pop();
    let ledger = parse(&text);
    assert_eq!((ledger.lines().len(), ledger.damage.len()), (3, 0));
    assert!(!ledger.tail.ends_line);
    assert_eq!(ledger.tail.whole_bytes, text.len() as u64);
}

#[test]
fn a_line_torn_anywhere_is_told_and_nothing_else_is_lost() {
    let lines = three();
    let text = text_of(&lines);
    let two = text_of(&lines[..2]).len();
    for end in two + 1..text.len() - 1 {
        let ledger = parse(&text[..end]);
        assert_eq!(ledger.lines().len(), 2, "at {end}");
        let [damage] = ledger.damage.as_slice() else { panic!("at {end}: {:?}", ledger.damage) };
        assert!(damage.torn && ledger.is_sound(), "at {end}");
        assert!(damage.origin.to_string().starts_with("台账.jsonl:3:1"));
        assert_eq!((ledger.tail.whole_bytes, ledger.tail.ends_line), (two as u64, true));
    }
    // Some file systems leave zeros where data did not arrive.
    let zeros = [&text[..two], &[0; 700]].concat();
    assert!(parse(&zeros).damage[0].torn);
    assert_eq!(parse(&text[..two]).damage, []);
}

/// Lines as a forger would write them, who knows how to reckon the hashes.
fn forged(change: impl FnOnce(&mut Vec<LedgerLine>)) -> String {
    let mut lines = three();
    change(&mut lines);
    let ledger = parse(&text_of(&lines));
    let [damage] = ledger.damage.as_slice() else { panic!("{:?}", ledger.damage) };
    assert!(!damage.torn && !ledger.is_sound());
    format!("{} {}", damage.origin, damage.why)
}

#[test]
fn figures_that_do_not_follow_are_told_even_if_the_hashes_are_right() {
    let five = money(dec!(5));
    assert!(forged(|l| l[1].opening = l[1].opening + five).contains(":2:1 已结算"));
    assert!(forged(|l| l[2].closing = l[2].closing + five).contains(":3:1 累计"));
    assert!(forged(|l| l[2].number = 4).contains("序号应为 3，写的是 4"));
    assert!(forged(|l| l[2].correction = None).contains("已在序号 1 开具过"));
    assert!(forged(|l| l[2].correction.as_mut().unwrap().replaces = 2).contains("所替代的序号 2"));
    assert!(forged(|l| l[2].tax = l[2].tax + five).contains("不含税加税额"));
    assert!(forged(|l| l[2].gross = money(dec!(9e15))).contains("应支付的值"));
}

#[test]
fn lines_taken_out_put_in_or_moved_are_told_once() {
    let text = text_of(&three());
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let damage = |order: &[usize]| {
        let text: Vec<u8> = order.iter().flat_map(|index| lines[*index].to_vec()).collect();
        let ledger = parse(&text);
        assert!(!ledger.is_sound());
        ledger.damage.len()
    };
    assert_eq!(damage(&[0, 2]), 1);
    assert_eq!(damage(&[1, 2]), 1);
    assert_eq!(damage(&[0, 1, 1, 2]), 1);
    assert!(damage(&[1, 0, 2]) >= 1);
    // Line breaks are changed all at once: one finding.
    let windows = String::from_utf8(text.clone()).unwrap().replace('\n', "\r\n").into_bytes();
    let ledger = parse(&windows);
    assert_eq!((ledger.damage.len(), ledger.damage[0].torn), (1, false), "{:?}", ledger.damage);
    assert!(ledger.damage[0].why.contains("换行符") && !ledger.is_sound());
    // Blank lines, Windows line ends, a mark at the beginning: other programs saved it.
    for text in [
        [lines[0], b"\n", lines[1]].concat(),
        String::from_utf8(text.clone()).unwrap().replace('\n', "\r\n").into_bytes(),
        ["\u{feff}".as_bytes(), &text].concat(),
        [&text, &b"{}\n"[..]].concat(),
        [&text[..text.len() - 1], b" "].concat(),
    ] {
        let ledger = parse(&text);
        assert!(!ledger.is_sound(), "{}", String::from_utf8_lossy(&text));
    }
}

#[test]
fn unknown_keys_are_left_in_peace() {
    let text = String::from_utf8(text_of(&three()[..1])).unwrap();
    let content =
        text.split(",\"本行\"").next().unwrap().replace("\"版本\"", "\"备注\":{\"a\":[1]},\"版本\"") + "}";
    let own = sha256_hex(content.as_bytes());
    let line = format!("{},\"本行\":\"{own}\"}}\n", content.strip_suffix('}').unwrap());
    let ledger = parse(line.as_bytes());
    assert_eq!((ledger.lines().len(), ledger.damage.len()), (1, 0));
    assert!(!parse(line.replace("[1]", "[2]").as_bytes()).is_sound());
}

#[test]
fn a_ledger_out_of_reach_is_not_an_empty_one() {
    let case = tempfile::tempdir().unwrap();
    let read = || read(&CaseFolder::open(case.path()).unwrap());
    assert_eq!(read(), Ledger::default());
    std::fs::create_dir(case.path().join(LEDGER_FILE)).unwrap();
    assert!(!read().is_sound());
    #[cfg(unix)]
    {
        std::fs::remove_dir(case.path().join(LEDGER_FILE)).unwrap();
        std::os::unix::fs::symlink("/dev/null", case.path().join(LEDGER_FILE)).unwrap();
        assert!(!read().is_sound());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_keeps_its_balance_and_any_edit_is_found(
        steps in prop::collection::vec((0..3_usize, 0..4_usize, 0_i64..90_000_000), 1..12),
        place in any::<prop::sample::Index>(),
        with in any::<u8>(),
    ) {
        let (orders, months) = (["DD-1", "DD-2", "DD-3"], ["2026-05", "2026-03", "2026-12", "2027-01"]);
        let mut chain = Chain::default();
        let mut lines = Vec::new();
        for (order, month, cents) in steps {
            let (order, month) = (orders[order], months[month]);
            let reason = chain.counting(order, month.parse().unwrap()).map(|_| "更正");
            let mut line = next(&mut chain, order, month, Decimal::new(cents, 2), reason);
            if cents % 3 == 0 {
                let share = money(Decimal::new(cents / 3, 2));
                let part = |gross, percent| TaxPart::of(gross, TaxRate::from_percent(percent).unwrap());
                line.parts = vec![part(share, dec!(6)), part(line.gross - share, dec!(3))];
                line.net = line.parts.iter().map(|part| part.net).sum();
                (line.tax, line.revision) = (line.gross - line.net, 1);
            }
            lines.push(line);
        }
        let mut text = text_of(&lines);
        let ledger = parse(&text);
        prop_assert!(ledger.damage.is_empty());
        prop_assert_eq!(text_of(&lines_of(&ledger)), text.clone());
        let net = ledger.effective().map(|line| line.net).sum::<Money>();
        prop_assert_eq!(net, ledger.balance().net);
        prop_assert_eq!(ledger.effective().map(|line| line.gross).sum::<Money>(), ledger.closing());
        let mut opening = Money::ZERO;
        for (line, _) in ledger.lines() {
            prop_assert_eq!(line.opening, opening);
            opening = line.closing;
        }
        let place = place.index(text.len());
        if text[place] != with {
            text[place] = with;
            let edited = parse(&text);
            // But for the very last line break, whose loss is no edit of a line.
            prop_assert!(!edited.is_sound() || edited.damage.iter().any(|damage| damage.torn));
        }
    }
}

#[test]
fn whose_it_is_stands_in_each_line_and_is_part_of_the_chain() {
    let contract = ContractId { number: "A-1".into(), credit_code: "91A".into() };
    let mut chain = Chain::default();
    let old = next(&mut chain, "DD-1", "2026-03", dec!(100), None);
    let new = LedgerLine {
        contract: Some(contract.clone()),
        ..next(&mut chain, "DD-1", "2026-04", dec!(50), None)
    };
    let binding = |closing| Binding {
        contract: contract.clone(),
        supplier: "甲公司".into(),
        closing: money(closing),
        bound_at: "2026-04-08T10:15:00+08:00".into(),
        version: "0.1.0".into(),
    };
    let read = |closing| {
        let (first, hash) = encode(&old, HASH_OF_NOTHING).unwrap();
        let (second, hash) = encode_binding(&binding(closing), &hash).unwrap();
        let (third, _) = encode(&new, &hash).unwrap();
        parse(format!("{first}\n{second}\n{third}\n").as_bytes())
    };
    let ledger = read(dec!(100));
    assert_eq!(ledger.damage, []);
    assert_eq!((ledger.lines().len(), ledger.closing()), (2, money(dec!(150))));
    assert_eq!(ledger.lines()[1].0, new);
    let named: Vec<&ContractId> = ledger.contracts().map(|(contract, _)| contract).collect();
    assert_eq!(named, [&contract, &contract]);
    // Confirmed at another balance than the chain has there.
    assert!(read(dec!(99.99)).damage[0].why.contains("绑定时的累计"));
    // Half a name is none.
    let text = "{\"序号\":1,\"合同编号\":\"A-1\",";
    let (line, _) =
        encode(&LedgerLine { contract: Some(contract.clone()), ..old.clone() }, HASH_OF_NOTHING).unwrap();
    assert!(line.starts_with(&format!("{text}\"信用代码\":\"91A\",\"订单\"")), "{line}");
    let half = line.replace("\"信用代码\":\"91A\",", "");
    let (body, _) = half.split_once(",\"本行\"").unwrap();
    let own = sha256_hex(format!("{body}}}").as_bytes());
    let half = parse(format!("{body},\"本行\":\"{own}\"}}\n").as_bytes());
    assert!(half.damage[0].why.contains("须同时写明"), "{:?}", half.damage);
}

#[test]
fn of_twenty_thousand_junk_lines_the_first_are_told_and_the_others_counted() {
    let ledger = parse(&b"junk\n".repeat(20_000));
    assert_eq!((ledger.lines().len(), ledger.damage.len()), (0, MOST_DAMAGE + 1));
    let last = ledger.damage.last().unwrap();
    assert!(last.why.contains(&format!("另有 {} 处", 20_000 - MOST_DAMAGE)), "{last:?}");
    assert_eq!(last.origin.to_string(), "台账.jsonl:51:1");
    assert!(!ledger.is_sound());
}
