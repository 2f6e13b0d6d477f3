use jiff::civil::date;
use proptest::prelude::*;

use super::time::stretch;
use super::words::{Sought, readable, words};
use super::*;

fn one(field: Field, operator: Operator, value: &str) -> Condition {
    Condition::Clause(field, operator, vec![Operand::Text(value.to_owned())])
}

#[test]
fn and_binds_tighter_than_or() {
    let query = parse("type = page or space=A and not label != b").unwrap();
    let label = Condition::Not(Box::new(one(Field::Label, Operator::IsNot, "b")));
    let both = Condition::All(vec![one(Field::Space, Operator::Is, "A"), label]);
    assert_eq!(query.condition, Condition::Any(vec![one(Field::Type, Operator::Is, "page"), both]));
    let query = parse("(type = page OR space=A) AND id>x");
    assert!(query.is_err(), "ids don't compare");
}

#[test]
fn values_are_words_quoted_texts_lists_and_functions() {
    assert_eq!(parse(r#"title = "a \"b\" \\ c""#).unwrap().condition, one(Field::Title, Operator::Is, r#"a "b" \ c"#));
    assert_eq!(parse("created>=2024/01/02").unwrap().condition, one(Field::Created, Operator::AtLeast, "2024/01/02"));
    let list = vec![Operand::Text("A".to_owned()), Operand::Text("~ann".to_owned())];
    assert_eq!(
        parse(r#"space not in (A, "~ann")"#).unwrap().condition,
        Condition::Clause(Field::Space, Operator::NoneOf, list)
    );
    let call = Operand::Call("now".to_owned(), vec!["-4w".to_owned()]);
    assert_eq!(
        parse(r#"created > now("-4w")"#).unwrap().condition,
        Condition::Clause(Field::Created, Operator::After, vec![call])
    );
    let order = parse("type=page ORDER BY created desc, title asc, id").unwrap().order;
    assert_eq!(order, [(Field::Created, true), (Field::Title, false), (Field::Id, false)]);
}

#[test]
fn what_is_no_query_is_told_back() {
    let deep = format!("{}type=page{}", "(".repeat(5_000), ")".repeat(5_000));
    for text in [
        "",
        "type",
        "type =",
        "type = page and",
        "type = page page",
        "type == page",
        "(type = page",
        "type = page)",
        "type in ()",
        "type in page",
        "type not = page",
        "type ~ page",
        "text = a",
        "created ~ 2024",
        "colour = red",
        "title = \"a",
        "space.key=X +and+expand=space,body.view",
        "type = page order created",
        "type=page order by text",
        "type = and",
        "created = now(",
        &deep,
    ] {
        assert_eq!(parse(text), Err(CqlError::Unreadable(text.to_owned())), "{text}");
    }
}

#[test]
fn times_are_days_minutes_or_functions() {
    let now = date(2026, 11, 25).at(13, 14, 15, 0);
    let from = |value: Operand| stretch(&value, now).map(|stretch| stretch.from);
    let text = |text: &str| from(Operand::Text(text.to_owned()));
    let call =
        |name: &str, by: &[&str]| from(Operand::Call(name.to_owned(), by.iter().map(|by| (*by).to_owned()).collect()));
    assert_eq!(text("2024-02-29"), Some(date(2024, 2, 29).at(0, 0, 0, 0)));
    assert_eq!(text("2024/02/29 07:08"), Some(date(2024, 2, 29).at(7, 8, 0, 0)));
    assert_eq!((text("2023-02-29"), text("soon"), text("")), (None, None, None));
    assert_eq!(call("now", &["-4w"]), Some(date(2026, 10, 28).at(13, 14, 15, 0)));
    assert_eq!(call("startofweek", &[]), Some(date(2026, 11, 23).at(0, 0, 0, 0)));
    assert_eq!(call("endofmonth", &["-1M"]), Some(date(2026, 11, 1).at(0, 0, 0, 0)));
    assert_eq!((call("now", &["4"]), call("now", &["-9999999999y"]), call("never", &[])), (None, None, None));
}

#[test]
fn words_and_phrases_are_found_in_what_is_read() {
    let own = words(&readable("<p>Fail&amp;over <b>r&#252;n</b>book<ac:x><![CDATA[let x <y>;]]></ac:x></p>"));
    assert_eq!(own, ["fail", "over", "rün", "book", "let", "x", "y"]);
    for (sought, found) in [
        ("book", true),
        ("OVER fail", true),
        ("\"fail over\"", true),
        ("\"over fail\"", false),
        ("bo*", true),
        ("b??k", true),
        ("boo", false),
        ("*", true),
        ("", false),
        ("b", false),
        ("\"\"", false),
    ] {
        assert_eq!(Sought::new(sought).within(&own), found, "{sought}");
    }
}

proptest! {
    #[test]
    fn no_query_panics(text in r#"(type|title|created|text|not|and|or|in|order by|now|=|!=|~|<|>=|\(|\)|,|"|\\|'|-1d|page|[ -~]|\PC| ){0,24}"#) {
        if let Ok(query) = parse(&text) {
            let _ = Filter::new(query, &text, date(2026, 11, 25).at(0, 0, 0, 0), "admin");
        }
    }

    #[test]
    fn no_text_panics(value in "[a-c*?\" é]{0,12}", body in "(<|>|&|;|#|x|<!\\[CDATA\\[|\\]\\]>|[a-c é]){0,24}") {
        let _ = Sought::new(&value).within(&words(&readable(&body)));
    }
}
