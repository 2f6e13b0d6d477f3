//! Times in eight bytes: the digits of a wall clock as one number.

use serde::{Deserialize, Serialize};

use crate::model::wall_clock;

/// The digits of a wall clock (see [`wall_clock`]) as one number, or none. Later times are larger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Time(
    /// One more than the digits, and zero for none.
    u64,
);

impl Time {
    /// The time that a text names; none where it names none.
    pub fn of(text: Option<&str>) -> Self {
        let Some(text) = text else { return Self(0) };
        let usual = |text: &str| {
            let shape = text.len() == 23
                && text
                    .bytes()
                    .zip(*b"0000-00-00 00:00:00.000")
                    .all(|(c, p)| if p == b'0' { c.is_ascii_digit() } else { c == p });
            shape.then(|| {
                text.bytes().filter(u8::is_ascii_digit).fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))
            })
        };
        let digits = usual(text).or_else(|| usual(&wall_clock(text)?));
        Self(digits.map_or(0, |digits| digits + 1))
    }

    /// Whether it names a time.
    pub const fn is_some(self) -> bool {
        self.0 != 0
    }

    /// This time, or the other where this one is none.
    pub const fn or(self, other: Self) -> Self {
        if self.is_some() { self } else { other }
    }

    /// The digits as readings hold them: `2012-03-07 17:16:48.158`.
    pub fn text(self) -> Option<String> {
        let digits = self.0.checked_sub(1)?;
        let part = |above: u64, below: u64| digits / above % below;
        Some(format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}",
            part(10_000_000_000_000, 10_000),
            part(100_000_000_000, 100),
            part(1_000_000_000, 100),
            part(10_000_000, 100),
            part(100_000, 100),
            part(1_000, 100),
            part(1, 1_000)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_out_as_they_went_in() {
        for text in ["2012-03-07 17:16:48.158", "0000-00-00 00:00:00.000", "9999-99-99 99:99:99.999"] {
            assert_eq!(Time::of(Some(text)).text().as_deref(), Some(text));
        }
        assert_eq!(Time::of(Some("2024-05-31T10:03:18.7Z")).text().as_deref(), Some("2024-05-31 10:03:18.700"));
        assert_eq!(Time::of(Some("yesterday")).text(), None);
        assert_eq!(Time::of(None).text(), None);
        assert!(Time::of(Some("2012-03-07 17:16:48.158")) < Time::of(Some("2012-03-07 17:16:48.159")));
    }
}
