//! Every vector of facts §3, and the slips people make.

use proptest::prelude::*;

use super::*;

fn slip(
    position: usize,
    found: char,
    why: CharacterFault,
    suggestion: impl Into<Option<char>>,
) -> IdentifierFault {
    IdentifierFault::Character { position, found, why, suggestion: suggestion.into() }
}

#[test]
fn credit_codes() {
    for code in [
        "91110000600037341L",
        "91350100M000100Y43",
        "91330106673959654P",
        "91512081MA62K0260E",
        " 91510100321561677C ",
    ] {
        assert_eq!(credit_code(code), Ok(()), "{code}");
        assert_eq!(organisation_code(code), Ok(()), "{code}");
    }
    // Outer passes, inner fails. Computed: facts §3 gives 91510100202355386E for this, but by the formula it states
    // (under which all its other vectors come out as given) that code's outer check is 0, not E.
    assert_eq!(credit_code("915101002023553860"), Ok(()));
    assert_eq!(
        organisation_code("915101002023553860"),
        Err(IdentifierFault::CheckCharacter { position: 17, expected: '7', found: '6' })
    );
    assert_eq!(
        credit_code("91510100202355386E"),
        Err(IdentifierFault::CheckCharacter { position: 18, expected: '0', found: 'E' })
    );
    // Both fail.
    assert!(matches!(
        credit_code("91310115MA1G4L1WXK"),
        Err(IdentifierFault::CheckCharacter { position: 18, found: 'K', .. })
    ));
    assert!(organisation_code("91310115MA1G4L1WXK").is_err());
}

#[test]
fn slips_in_a_credit_code() {
    use CharacterFault::{FullWidth, LookAlike, LowerCase, NotAllowed, Space};
    for (code, fault) in [
        ("", IdentifierFault::Empty),
        ("9151010032156167C", IdentifierFault::Length { expected: "18", found: 17 }),
        ("510100321561677", IdentifierFault::Length { expected: "18", found: 15 }),
        ("91510100321561677c", slip(18, 'c', LowerCase, 'C')),
        ("915101O0321561677C", slip(7, 'O', LookAlike, '0')),
        ("9151I100321561677C", slip(5, 'I', LookAlike, '1')),
        ("91510100321561677С", slip(18, 'С', LookAlike, 'C')), // Cyrillic
        ("９1510100321561677C", slip(1, '９', FullWidth, '9')),
        ("91510100321561677Ｃ", slip(18, 'Ｃ', FullWidth, 'C')),
        ("9151 0100321561677C", slip(5, ' ', Space, None)),
        ("待定", slip(1, '待', NotAllowed, None)),
        ("91510100321561676C", IdentifierFault::CheckCharacter { position: 18, expected: '9', found: 'C' }),
    ] {
        assert_eq!(credit_code(code), Err(fault), "{code}");
    }
    let message = |code: &str| credit_code(code).unwrap_err().to_string();
    assert_eq!(message("915101O0321561677C"), "第 7 位“O”不是可用的字符，是不是“0”");
    assert_eq!(message("91510100321561677c"), "第 18 位“c”应为大写“C”");
    assert_eq!(message("91510100321561677Ｃ"), "第 18 位“Ｃ”是全角字符，应为半角“C”");
    assert_eq!(message("915101003\u{ad}21561677"), "第 10 位“\u{ad}”（U+00AD）不是可用的字符");
    assert_eq!(message("9151010032156167АC"), "第 17 位“А”（U+0410）不是可用的字符，是不是“A”");
    assert_eq!(message("9151"), "应为 18 位，现为 4 位");
}

#[test]
fn citizen_ids() {
    for id in ["11010519491231002X", "440524188001010014"] {
        assert_eq!(citizen_id(id), Ok(()), "{id}");
    }
    for (id, fault) in [
        ("110105194912310021", IdentifierFault::CheckCharacter { position: 18, expected: 'X', found: '1' }),
        ("11010519491331002X", IdentifierFault::Date { found: "19491331".into() }),
        ("110105190002290024", IdentifierFault::Date { found: "19000229".into() }),
        ("11010519491231002x", slip(18, 'x', CharacterFault::LowerCase, 'X')),
        ("1101051949123100X2", slip(17, 'X', CharacterFault::NotAllowed, None)),
        ("11O10519491231002X", slip(3, 'O', CharacterFault::LookAlike, '0')),
        ("110105491231002", IdentifierFault::Length { expected: "18", found: 15 }),
    ] {
        assert_eq!(citizen_id(id), Err(fault), "{id}");
    }
}

#[test]
fn postcodes() {
    assert_eq!(postcode("610000"), Ok(()));
    assert_eq!(postcode("61000"), Err(IdentifierFault::Length { expected: "6", found: 5 }));
    assert_eq!(postcode("61OOO0"), Err(slip(3, 'O', CharacterFault::LookAlike, '0')));
    assert_eq!(postcode("６１００００"), Err(slip(1, '６', CharacterFault::FullWidth, '6')));
}

#[test]
fn telephones() {
    for (text, kind) in [
        ("028-68394412", Telephone::Landline),
        ("0816-2345678", Telephone::Landline),
        ("028-68394412-801", Telephone::Landline),
        ("028-68394412转801", Telephone::Landline),
        ("028-68394412ext801", Telephone::Landline),
        ("13800138000", Telephone::Mobile),
        ("400-820-8820", Telephone::Service),
        ("4008208820", Telephone::Service),
    ] {
        assert_eq!(telephone(text), Ok(kind), "{text}");
    }
    for text in [
        "02868394412",
        "28-68394412",
        "028-683944",
        "028-683944123",
        "12800138000",
        "1380013800",
        "028-68394412-",
        "028-68394412转",
        "13800138000-1",
        "028--68394412",
        "-",
        "ext",
        "转",
    ] {
        assert!(matches!(telephone(text), Err(IdentifierFault::Form { .. })), "{text}");
    }
    assert_eq!(telephone("028—68394412"), Err(slip(4, '—', CharacterFault::LookAlike, '-')));
    assert_eq!(telephone("028－68394412"), Err(slip(4, '－', CharacterFault::FullWidth, '-')));
    assert_eq!(telephone("138 0013 8000"), Err(slip(4, ' ', CharacterFault::Space, None)));
    assert_eq!(telephone("028-6839441O"), Err(slip(12, 'O', CharacterFault::LookAlike, '0')));
    assert_eq!(telephone(" "), Err(IdentifierFault::Empty));
}

#[test]
fn emails() {
    for text in ["a@b.cn", "zhang.san+1@mail.example.com.cn", "x_y-z@q-q.com"] {
        assert_eq!(email(text), Ok(()), "{text}");
    }
    for text in [
        "a",
        "a@",
        "@b.cn",
        "a@b",
        "a@@b.cn",
        "a@b..cn",
        ".a@b.cn",
        "a.@b.cn",
        "a@-b.cn",
        "a@b.c",
        "a@1.2.3.4",
        "a,b@c.cn",
    ] {
        assert!(matches!(email(text), Err(IdentifierFault::Form { .. })), "{text}");
    }
    assert_eq!(email("a＠b.cn"), Err(slip(2, '＠', CharacterFault::FullWidth, '@')));
    assert_eq!(email("a@b。cn"), Err(slip(4, '。', CharacterFault::FullWidth, '.')));
    assert_eq!(email("a b@c.cn"), Err(slip(2, ' ', CharacterFault::Space, None)));
    assert_eq!(email("张三@c.cn"), Err(slip(1, '张', CharacterFault::NotAllowed, None)));
}

#[test]
fn bank_accounts() {
    assert_eq!(bank_account("7301 0154 8000 09977").as_deref(), Ok("73010154800009977"));
    assert_eq!(bank_account("8888015000000179").as_deref(), Ok("8888015000000179"));
    assert_eq!(bank_account("1234567"), Err(IdentifierFault::Length { expected: "8 至 32", found: 7 }));
    assert_eq!(bank_account("73010154800OO9977"), Err(slip(12, 'O', CharacterFault::LookAlike, '0')));
    assert_eq!(bank_account("7301-0154"), Err(slip(5, '-', CharacterFault::NotAllowed, None)));
    assert_eq!(bank_account("  "), Err(IdentifierFault::Empty));
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,40}") {
        let _ = (credit_code(&text), organisation_code(&text), citizen_id(&text), postcode(&text));
        let _ = (telephone(&text), email(&text), bank_account(&text));
    }

    /// A check character that does not fit says which would, and with it the code passes.
    #[test]
    fn the_expected_check_character_fits(code in "[0-9A-HJ-NPQRTUWXY]{18}") {
        if let Err(fault) = credit_code(&code) {
            let IdentifierFault::CheckCharacter { expected, position: 18, .. } = fault else { panic!("{fault:?}") };
            let mended = format!("{}{expected}", &code[..17]);
            prop_assert_eq!(credit_code(&mended), Ok(()));
        }
    }
}
