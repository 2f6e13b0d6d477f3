//! The `expand` parameter: comma-separated dotted names; unknown ones are ignored (docs/confluence.md, R10).

/// What is to be expanded, seen from one place of the answer.
#[derive(Debug, Clone, Default)]
pub struct Expand(Vec<String>);

impl Expand {
    /// Reads the values of the parameter.
    pub fn parse<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let names = values.flat_map(|value| value.split(',')).map(|name| name.trim().to_owned());
        Self(names.filter(|name| !name.is_empty()).collect())
    }

    /// Whether this name, or something under it, is to be expanded.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|known| known.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    }

    /// What is to be expanded under this name.
    pub fn under(&self, name: &str) -> Self {
        let rest = self.0.iter().filter_map(|known| known.strip_prefix(name)?.strip_prefix('.'));
        Self(rest.map(str::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Expand;

    #[test]
    fn names_are_whole_segments() {
        let expand = Expand::parse(["body.storage,version", "history.lastUpdated"].into_iter());
        assert!(expand.has("body") && expand.has("version") && expand.has("history"));
        assert!(!expand.has("bod") && !expand.has("body.view"));
        assert!(expand.under("body").has("storage"));
        assert!(!expand.under("version").has("by"));
    }
}
