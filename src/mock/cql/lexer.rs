//! A query cut into words, quoted texts and marks.

use super::Operator;

/// A piece of a query.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// A bare word: a name, a keyword or a plain value.
    Word(String),
    /// A quoted text, its escapes resolved.
    Quoted(String),
    Compare(Operator),
    Open,
    Close,
    Comma,
}

/// Cuts a query; `None` where a character has no place, or a quote doesn't end.
pub fn tokens(query: &str) -> Option<Vec<Token>> {
    let mut out = Vec::new();
    let mut rest = query.chars().peekable();
    while let Some(own) = rest.next() {
        let mut then = |wanted: char| rest.next_if_eq(&wanted).is_some();
        let token = match own {
            _ if own.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            ',' => Token::Comma,
            '=' => Token::Compare(Operator::Is),
            '~' => Token::Compare(Operator::Contains),
            '!' if then('=') => Token::Compare(Operator::IsNot),
            '!' if then('~') => Token::Compare(Operator::Lacks),
            '<' if then('=') => Token::Compare(Operator::AtMost),
            '<' => Token::Compare(Operator::Before),
            '>' if then('=') => Token::Compare(Operator::AtLeast),
            '>' => Token::Compare(Operator::After),
            '"' | '\'' => Token::Quoted(quoted(own, &mut rest)?),
            _ if bare(own) => {
                let mut word = String::from(own);
                while let Some(next) = rest.next_if(|next| bare(*next)) {
                    word.push(next);
                }
                Token::Word(word)
            }
            _ => return None,
        };
        out.push(token);
    }
    Some(out)
}

/// What may stand in a value without quotes: dates and names with dots and dashes among it.
fn bare(own: char) -> bool {
    own.is_alphanumeric() || matches!(own, '_' | '-' | '.' | '/' | ':' | '*')
}

/// A quoted text behind its first quote; a backslash takes away what the next character means.
fn quoted(quote: char, rest: &mut impl Iterator<Item = char>) -> Option<String> {
    let mut out = String::new();
    loop {
        match rest.next()? {
            own if own == quote => return Some(out),
            '\\' => out.push(rest.next()?),
            own => out.push(own),
        }
    }
}
