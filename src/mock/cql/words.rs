//! What `~` looks for: words and phrases, in any case, with `*` and `?` standing for letters (docs/confluence.md, R24).

/// The words of a text, in lower case.
pub fn words(text: &str) -> Vec<String> {
    text.split(|own: char| !own.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// The words that a reader of storage format or wiki markup sees: without tags, with entities resolved, and with what CDATA holds.
pub fn readable(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(&resolved(before));
        out.push(' ');
        let plain = tag.strip_prefix("<![CDATA[").map(|inner| inner.split_once("]]>").unwrap_or((inner, "")));
        rest = match (plain, tag.split_once('>')) {
            (Some((inner, behind)), _) => {
                out.push_str(inner);
                behind
            }
            (None, Some((_, behind))) => behind,
            // Markup that doesn't end is shown as it stands.
            (None, None) => {
                out.push_str(tag);
                ""
            }
        };
    }
    out.push_str(&resolved(rest));
    out
}

/// Named entities beyond XML's five (umlauts and the like) are left: Confluence writes letters as such.
fn resolved(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let known = behind.split_once(';').and_then(|(name, behind)| Some((entity(name)?, behind)));
        match known {
            Some((own, behind)) => {
                out.push(own);
                rest = behind;
            }
            None => {
                out.push('&');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let hexadecimal = number.strip_prefix(['x', 'X']).map(|digits| u32::from_str_radix(digits, 16));
            char::from_u32(hexadecimal.unwrap_or_else(|| number.parse()).ok()?)
        }
    }
}

/// What a value of `~` asks for: every phrase must occur. A phrase is one word, or the words between quotes.
#[derive(Debug, Clone, PartialEq)]
pub struct Sought(Vec<Vec<Vec<char>>>);

impl Sought {
    /// Reads the value of a clause.
    pub fn new(value: &str) -> Self {
        let mut phrases = Vec::new();
        for (number, part) in value.split('"').enumerate() {
            let patterns = part
                .split(|own: char| !own.is_alphanumeric() && own != '*' && own != '?')
                .filter(|word| !word.is_empty())
                .map(|word| word.to_lowercase().chars().collect::<Vec<char>>());
            if number % 2 == 1 {
                phrases.push(patterns.collect());
            } else {
                phrases.extend(patterns.map(|pattern| vec![pattern]));
            }
        }
        phrases.retain(|phrase: &Vec<_>| !phrase.is_empty());
        Self(phrases)
    }

    /// Whether these words hold every phrase. A value without a word finds nothing.
    pub fn within(&self, words: &[String]) -> bool {
        let words: Vec<Vec<char>> = words.iter().map(|word| word.chars().collect()).collect();
        let holds = |phrase: &Vec<Vec<char>>| {
            words.windows(phrase.len()).any(|own| own.iter().zip(phrase).all(|(word, pattern)| like(word, pattern)))
        };
        !self.0.is_empty() && self.0.iter().all(holds)
    }
}

/// Whether a word fits a pattern; on a mismatch, the last `*` takes one letter more, so no pattern takes more than quadratic time.
fn like(word: &[char], pattern: &[char]) -> bool {
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(own) = word.get(at) {
        match pattern.get(place) {
            Some('*') => {
                star = Some((at, place));
                place += 1;
            }
            Some(wanted) if *wanted == '?' || wanted == own => {
                at += 1;
                place += 1;
            }
            _ => {
                let Some((from, starred)) = star else { return false };
                star = Some((from + 1, starred));
                at = from + 1;
                place = starred + 1;
            }
        }
    }
    pattern.get(place..).unwrap_or_default().iter().all(|own| *own == '*')
}
