use super::*;
use crate::settings::{SecretRef, Spanned};

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[allow(dead_code)]
struct Login {
    rehearse: u32,
    user: Option<Spanned<String>>,
    token: Option<SecretRef>,
    port: Option<u16>,
}

const RULES: Rules = Rules { noun: "login", format_key: "rehearse", format: 1, later: &["tunnel"] };

fn refused(text: &str) -> String {
    match read::<Login>("login.yaml", &Arc::from(text), &RULES) {
        Ok(value) => panic!("accepted: {value:?}"),
        Err(complaints) => complaints.to_string(),
    }
}

#[test]
fn a_reference_to_a_secret_is_read() {
    for (text, expected) in [
        ("rehearse: 1\ntoken: { env: WIKI_TOKEN }\n", SecretRef::Env("WIKI_TOKEN".to_owned())),
        ("rehearse: 1\ntoken:\n  file: /run/secrets/wiki\n", SecretRef::File("/run/secrets/wiki".into())),
    ] {
        let login: Login = read("a", &Arc::from(text), &RULES).unwrap();
        assert_eq!(login.token, Some(expected));
    }
}

#[test]
fn a_literal_secret_is_refused_and_never_shown() {
    for text in [
        "token: hunter2",
        "token: 'hunter2'",
        "token: \"hunter2\"",
        "token: { hunter2: x }",
        "token: { value: hunter2 }",
        "token: { env: hunter2-x }",
        "token: { env: A, file: hunter2 }",
        "token: [hunter2]",
        "token: |\n  hunter2\n",
        "token: a\n  hunter2",
        "{ token: hunter2, prot: 1 }",
        "tokn: hunter2",
        "tunnel: { password: hunter2 }",
        "user: { password: hunter2 }",
        "token: \"hunter2",
        "\ttoken: hunter2",
        "token: hunter2: x",
        "token: @hunter2",
    ] {
        let text = match text.strip_prefix('{') {
            Some(rest) => format!("{{ rehearse: 1, {rest}"),
            None => format!("rehearse: 1\n{text}"),
        };
        let shown = refused(&text);
        assert!(!shown.contains("hunter2") && !shown.contains("hunter"), "{text}\n{shown}");
    }
    assert_eq!(
        refused("rehearse: 1\ntoken: hunter2 # note\n"),
        "error: a secret is given by reference\n  ┌─ login.yaml:2:8\n  │\n2 │ token: … # note\n  │        ^ not shown, since it may be a secret\n\
         hint: write `{ env: NAME }` for an environment variable, or `{ file: PATH }`\n"
    );
}

#[test]
fn places_behind_a_masked_value_are_right() {
    let shown = refused("{ rehearse: 1, token: hunter2, prot: 7777 }\n");
    assert!(shown.contains("{ rehearse: 1, token: …, prot: … }\n"), "{shown}");
    assert!(shown.contains("                         ^^^^ did you mean `port`?\n"), "{shown}");
}

#[test]
fn every_mistake_of_a_file_is_told() {
    let shown = refused("rehearse: 1\nuser: 7\nport: many\ntokn: x\nuser: again\ntunnel: yes\n");
    let messages: Vec<&str> = shown.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(
        messages,
        [
            "error: expected text, found a number",
            "error: expected a whole number, found text",
            "error: unknown key `tokn`",
            "error: the key `user` stands here twice",
            "error: `tunnel` is not supported by this version yet",
        ]
    );
}

#[test]
fn the_format_number_is_read_first() {
    for (text, message) in [
        ("", "error: the login is empty\n"),
        ("# nothing\n", "error: the login is empty\n"),
        ("- a\n", "error: expected a login, found a list\n"),
        ("user: x\n", "error: the key `rehearse` is missing"),
        ("rehearse: 2\nwhatever: { token: hunter2 }\n", "error: the login has format 2, and"),
        ("rehearse: 0\n", "error: the format is not a number that exists\n"),
        ("rehearse: one\n", "error: the format is not a number that exists\n"),
        ("rehearse:\n", "error: the format is not a number that exists\n"),
    ] {
        let shown = refused(text);
        assert!(shown.starts_with(message), "{shown}");
    }
}

#[test]
fn no_text_makes_the_reader_stumble() {
    let deep = "[".repeat(5_000);
    let bomb = "rehearse: 1\na: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d]\n";
    let many = (0..500).fold("rehearse: 1\n".to_owned(), |text, n| text + &format!("k{n}: 1\n"));
    for text in [
        deep.as_str(),
        bomb,
        &many,
        "rehearse: 1\nuser: {{ name }}\n",
        "rehearse: 1\n---\nrehearse: 1\n",
        "\0",
        "? [1]\n",
        "a: *b\n",
    ] {
        assert!(refused(text).starts_with("error: "));
    }
    let bom: Login = read("a", &Arc::from("\u{feff}rehearse: 1\r\nuser: x\r\n"), &RULES).unwrap();
    assert_eq!(bom.user.map(|user| user.span), Some(Span { line: 2, column: 7, length: 1 }));
}
