//! Every vector of facts §2, and properties over the whole range.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;

fn money(text: &str) -> Money {
    Money::exact(text.replace(',', "").parse().unwrap()).unwrap()
}

/// Amount, canonical form, other forms the rules allow.
const VECTORS: &[(&str, &str, &[&str])] = &[
    ("1,409.50", "壹仟肆佰零玖元伍角", &["壹仟肆佰零玖元伍角整"]),
    ("6,007.14", "陆仟零柒元壹角肆分", &[]),
    ("1,680.32", "壹仟陆佰捌拾元叁角贰分", &["壹仟陆佰捌拾元零叁角贰分"]),
    ("107,000.53", "壹拾万零柒仟元伍角叁分", &["壹拾万柒仟元零伍角叁分"]),
    ("16,409.02", "壹万陆仟肆佰零玖元零贰分", &[]),
    ("325.04", "叁佰贰拾伍元零肆分", &[]),
    ("100,000,000", "壹亿元整", &[]),
    ("10,000,000.01", "壹仟万元零壹分", &[]),
    ("0.05", "伍分", &[]),
    ("0.50", "伍角", &["伍角整"]),
    ("0", "零元整", &[]),
    ("17,627,800.00", "壹仟柒佰陆拾贰万柒仟捌佰元整", &[]),
    ("10", "壹拾元整", &[]),
    ("1,010", "壹仟零壹拾元整", &[]),
    ("100,100,000.10", "壹亿零壹拾万元壹角", &[]),
    ("100,010", "壹拾万零壹拾元整", &[]),
    ("105,000", "壹拾万零伍仟元整", &["壹拾万伍仟元整"]),
    ("1,001,000", "壹佰万零壹仟元整", &["壹佰万壹仟元整"]),
    ("30,105,000", "叁仟零壹拾万零伍仟元整", &["叁仟零壹拾万伍仟元整"]),
    ("1,000.01", "壹仟元零壹分", &[]),
    ("10,000.05", "壹万元零伍分", &[]),
    ("20.20", "贰拾元贰角", &["贰拾元零贰角"]),
    ("20,000.40", "贰万元肆角", &["贰万元零肆角整"]),
    ("1,000,100", "壹佰万零壹佰元整", &[]),
    ("100,001,000", "壹亿零壹仟元整", &[]),
    ("100,010,000", "壹亿零壹万元整", &[]),
    ("101,000,000", "壹亿零壹佰万元整", &[]),
    ("1,001,000,021", "壹拾亿零壹佰万零贰拾壹元整", &[]),
    ("1,010,000,000", "壹拾亿零壹仟万元整", &["壹拾亿壹仟万元整"]),
    ("14,110,409.81", "壹仟肆佰壹拾壹万零肆佰零玖元捌角壹分", &[]),
    ("3,504,096.43", "叁佰伍拾万零肆仟零玖拾陆元肆角叁分", &["叁佰伍拾万肆仟零玖拾陆元肆角叁分"]),
    ("1,000,000,000,000", "壹万亿元整", &[]),
    ("12,412,412,412,421.12", "壹拾贰万肆仟壹佰贰拾肆亿壹仟贰佰肆拾壹万贰仟肆佰贰拾壹元壹角贰分", &[]),
    ("1,000,000,000,001", "壹万亿零壹元整", &[]),
    ("9,999,999,999,999.99", "玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分", &[]),
];

#[test]
fn the_rules_own_examples() {
    for (amount, canonical, others) in VECTORS {
        let amount = money(amount);
        assert_eq!(to_capital(amount).as_deref(), Some(*canonical), "{amount}");
        for words in std::iter::once(canonical).chain(*others) {
            assert_eq!(read_capital(words), Ok(amount), "{words}");
            let loose = format!("人民币 {}", words.replace('整', "正").replace('元', "圆"));
            assert_eq!(read_capital(&loose), Ok(amount), "{loose}");
        }
    }
}

#[test]
fn amounts_without_words() {
    assert_eq!(to_capital(money("-0.01")), None);
    assert_eq!(
        to_capital(money("9999999999999999.99")).and_then(|w| read_capital(&w).ok()),
        Some(money("9999999999999999.99"))
    );
    assert_eq!(to_capital(money("10000000000000000")), None);
    assert_eq!(to_capital(Money::ZERO).as_deref(), Some("零元整"));
}

#[test]
fn wrong_words_are_refused_with_a_reason() {
    let spelling = |expected: &str| CapitalError::Spelling { expected: expected.to_owned() };
    for (words, error) in [
        ("", CapitalError::Empty),
        ("人民币", CapitalError::Empty),
        ("拾元整", spelling("壹拾元整")),
        ("壹仟零拾元整", spelling("壹仟零壹拾元整")),
        ("壹拾元", CapitalError::MissingZheng { expected: "壹拾元整".into() }),
        ("壹拾元零伍分整", CapitalError::ZhengAfterFen { expected: "壹拾元零伍分".into() }),
        ("亖元整", CapitalError::Character { position: 1, found: '亖', suggestion: Some('肆') }),
        ("人民币贰百元整", CapitalError::Character { position: 5, found: '百', suggestion: Some('佰') }),
        ("壹佰零零伍元整", spelling("壹佰零伍元整")),
        ("壹佰伍元整", spelling("壹佰零伍元整")),
        ("壹佰元伍分", spelling("壹佰元零伍分")),
        ("壹万壹拾元整", spelling("壹万零壹拾元整")),
        ("壹亿壹佰万元整", spelling("壹亿零壹佰万元整")),
        ("零元伍角", spelling("伍角")),
        ("壹元零角整", spelling("壹元整")),
        ("伍拾壹佰元整", CapitalError::Order { position: 4, found: '佰' }),
        ("壹贰元整", CapitalError::Order { position: 2, found: '贰' }),
        ("壹拾元整整", CapitalError::Order { position: 4, found: '整' }),
        ("壹元元整", CapitalError::Order { position: 3, found: '元' }),
        ("伍分壹角", CapitalError::Order { position: 2, found: '分' }),
        ("壹亿亿元整", CapitalError::Order { position: 3, found: '亿' }),
        ("壹佰", CapitalError::Incomplete),
        ("元整", CapitalError::Incomplete),
        ("万元整", CapitalError::Incomplete),
        ("整", CapitalError::Incomplete),
        ("角", CapitalError::Incomplete),
    ] {
        assert_eq!(read_capital(words), Err(error), "{words}");
    }
}

#[test]
fn messages_say_what_to_write() {
    assert_eq!(read_capital("拾元整").unwrap_err().to_string(), "大写金额写法不规范，应写作“壹拾元整”");
    assert_eq!(
        read_capital("壹千元整").unwrap_err().to_string(),
        "第 2 个字“千”不是大写金额用字，应写作“仟”"
    );
    assert_eq!(read_capital("壹仟x").unwrap_err().to_string(), "第 3 个字“x”不是大写金额用字");
}

/// Amounts of every magnitude, with many zeros among their digits.
fn amounts() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..LIMIT,
        (0..19_u32).prop_flat_map(|digits| 0..10_u64.pow(digits).min(LIMIT)),
        proptest::collection::vec(prop_oneof![3 => Just(0_u64), 1 => 0..10_u64], 1..19)
            .prop_map(|digits| digits.into_iter().fold(0, |sum, digit| sum * 10 + digit)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn reading_undoes_writing(cents in amounts()) {
        let amount = Money::round(Decimal::from_i128_with_scale(i128::from(cents), 2));
        let words = to_capital(amount).unwrap();
        prop_assert_eq!(read_capital(&words), Ok(amount));
        prop_assert!(!words.contains("零零") && !words.ends_with('零'));
    }

    #[test]
    fn every_allowed_form_reads_the_same(cents in amounts()) {
        let amount = Money::round(Decimal::from_i128_with_scale(i128::from(cents), 2));
        for style in Style::all() {
            let words = write(cents, style);
            prop_assert_eq!(read_capital(&words), Ok(amount), "{}", words);
        }
    }

    /// No form is two amounts: whatever is read is one of that amount's own forms.
    #[test]
    fn what_is_read_is_a_form_of_the_amount(words in "[零壹贰玖拾佰仟万亿元角分整]{0,14}") {
        if let Ok(amount) = read_capital(&words) {
            let cents = cents(amount).unwrap();
            prop_assert!(Style::all().any(|style| write(cents, style) == words));
        }
    }

    #[test]
    fn reading_never_panics(words in "\\PC{0,40}") {
        let _ = read_capital(&words);
    }

    #[test]
    fn long_nonsense_never_panics(words in "[零壹玖拾佰仟万亿元角分整圆正]{0,60}") {
        let _ = read_capital(&words);
    }
}
