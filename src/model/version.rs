use std::cmp::Ordering;

/// A version of Confluence: numbers with dots, `9.2` or `9.2.1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(Vec<u32>);

/// Builds that were seen, and the version that has them (docs/confluence.md, C4). A greater build is that version or a later one.
const BUILDS: [(u32, [u32; 2]); 10] = [
    (1_517, [2, 10]),
    (2_037, [3, 4]),
    (3_032, [4, 0]),
    (3_391, [4, 3]),
    (4_216, [5, 1]),
    (4_390, [5, 2]),
    (4_500, [5, 3]),
    (5_510, [5, 5]),
    (6_442, [5, 9]),
    (8_804, [7, 18]),
];

impl Version {
    /// Major and minor number.
    pub fn series(major: u32, minor: u32) -> Self {
        Self(vec![major, minor])
    }

    /// The oldest version that a build can be of; `None` for builds before 2.10.
    pub fn at_least(build: u32) -> Option<Self> {
        let known = BUILDS.iter().rev().find(|(known, _)| *known <= build);
        known.map(|(_, [major, minor])| Self::series(*major, *minor))
    }

    /// The newest version that a build can be of; `None` for builds behind the last that is known.
    pub fn at_most(build: u32) -> Option<Self> {
        let known = BUILDS.iter().find(|(known, _)| *known >= build);
        known.map(|(_, [major, minor])| Self::series(*major, *minor))
    }

    /// Compares as far as both go: `9.2` and `9.2.1` are equal.
    pub fn compare(&self, other: &Self) -> Ordering {
        let mut pairs = self.0.iter().zip(&other.0).map(|(own, other)| own.cmp(other));
        pairs.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

impl std::str::FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
        match numbers {
            Some(numbers) if (1..=4).contains(&numbers.len()) && numbers.first() != Some(&0) => Ok(Self(numbers)),
            _ => Err(format!("`{text:.40}` is no version of Confluence; write it such as 9.2 or 9.2.1")),
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(u32::to_string).collect();
        f.write_str(&numbers.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number_as_far_as_both_go() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        assert_eq!(version("9.10").compare(&version("9.2")), Ordering::Greater);
        assert_eq!(version("9.2").compare(&version("9.2.1")), Ordering::Equal);
        assert_eq!(version("8").compare(&version("9.2")), Ordering::Less);
        assert_eq!(version("10.2.18").to_string(), "10.2.18");
        for wrong in ["", "9.", "v9", "9.2-m01", "0.1", "1.2.3.4.5", "9..2"] {
            assert!(wrong.parse::<Version>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_build_lies_between_the_versions_around_it() {
        let range = |build| [Version::at_least(build), Version::at_most(build)].map(|v| v.map(|v| v.to_string()));
        assert_eq!(range(6_442), [Some("5.9".to_owned()), Some("5.9".to_owned())]);
        assert_eq!(range(9_012), [Some("7.18".to_owned()), None]);
        assert_eq!(range(7_901), [Some("5.9".to_owned()), Some("7.18".to_owned())]);
        assert_eq!(range(100), [None, Some("2.10".to_owned())]);
        assert!(BUILDS.is_sorted());
    }
}
