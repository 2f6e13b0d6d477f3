//! Tokens to a tree: `or` of `and` of `not`, parentheses, clauses, and an order behind them.

use super::lexer::{Token, tokens};
use super::{Condition, CqlError, Field, Operand, Operator, Query};

/// How deep parentheses and `not` may lie within each other, so that no query exhausts the stack.
const DEPTH: usize = 64;

/// Reads a query.
///
/// # Errors
/// It isn't of the language.
pub fn parse(query: &str) -> Result<Query, CqlError> {
    let read = || {
        let mut parser = Parser { tokens: tokens(query)?, at: 0 };
        let condition = parser.any(0)?;
        let order = parser.order()?;
        (parser.at == parser.tokens.len()).then_some(Query { condition, order })
    };
    read().ok_or_else(|| CqlError::Unreadable(query.to_owned()))
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at)?.clone();
        self.at += 1;
        Some(token)
    }

    fn take(&mut self, wanted: &Token) -> Option<()> {
        (self.tokens.get(self.at) == Some(wanted)).then(|| self.at += 1)
    }

    /// Takes a keyword; they don't tell upper from lower case.
    fn keyword(&mut self, wanted: &str) -> Option<()> {
        let Some(Token::Word(word)) = self.tokens.get(self.at) else { return None };
        word.eq_ignore_ascii_case(wanted).then(|| self.at += 1)
    }

    fn any(&mut self, depth: usize) -> Option<Condition> {
        let mut parts = vec![self.all(depth)?];
        while self.keyword("or").is_some() {
            parts.push(self.all(depth)?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Condition::Any(parts) })
    }

    fn all(&mut self, depth: usize) -> Option<Condition> {
        let mut parts = vec![self.one(depth)?];
        while self.keyword("and").is_some() {
            parts.push(self.one(depth)?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) })
    }

    fn one(&mut self, depth: usize) -> Option<Condition> {
        if depth > DEPTH {
            return None;
        }
        if self.keyword("not").is_some() {
            return Some(Condition::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.take(&Token::Open).is_some() {
            let inner = self.any(depth + 1)?;
            self.take(&Token::Close)?;
            return Some(inner);
        }
        self.clause()
    }

    fn clause(&mut self) -> Option<Condition> {
        let field = self.field()?;
        let (operator, values) = if self.keyword("in").is_some() {
            (Operator::OneOf, self.list()?)
        } else if self.keyword("not").is_some() {
            self.keyword("in")?;
            (Operator::NoneOf, self.list()?)
        } else {
            let Token::Compare(operator) = self.next()? else { return None };
            (operator, vec![self.value()?])
        };
        field.takes(operator).then_some(Condition::Clause(field, operator, values))
    }

    fn field(&mut self) -> Option<Field> {
        let Token::Word(name) = self.next()? else { return None };
        Field::named(&name)
    }

    fn list(&mut self) -> Option<Vec<Operand>> {
        self.take(&Token::Open)?;
        let mut values = vec![self.value()?];
        while self.take(&Token::Comma).is_some() {
            values.push(self.value()?);
        }
        self.take(&Token::Close)?;
        Some(values)
    }

    fn value(&mut self) -> Option<Operand> {
        let word = match self.next()? {
            Token::Quoted(text) => return Some(Operand::Text(text)),
            Token::Word(word) => word,
            _ => return None,
        };
        if self.take(&Token::Open).is_none() {
            let reserved = ["and", "or", "not", "in", "order"].iter().any(|own| word.eq_ignore_ascii_case(own));
            return (!reserved).then_some(Operand::Text(word));
        }
        let mut arguments = Vec::new();
        while self.take(&Token::Close).is_none() {
            if !arguments.is_empty() {
                self.take(&Token::Comma)?;
            }
            let (Token::Word(own) | Token::Quoted(own)) = self.next()? else { return None };
            arguments.push(own);
        }
        Some(Operand::Call(word.to_lowercase(), arguments))
    }

    fn order(&mut self) -> Option<Vec<(Field, bool)>> {
        let mut out = Vec::new();
        if self.keyword("order").is_none() {
            return Some(out);
        }
        self.keyword("by")?;
        loop {
            let field = self.field().filter(|field| field.sorts())?;
            let falling = self.keyword("desc").is_some();
            if !falling {
                let _ = self.keyword("asc");
            }
            out.push((field, falling));
            if self.take(&Token::Comma).is_none() {
                return Some(out);
            }
        }
    }
}
