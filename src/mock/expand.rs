//! The `expand` parameter: comma-separated dotted names; unknown ones are ignored (docs/confluence.md, R10).

/// What is to be expanded, seen from one place of the answer: the segments that stand there, and what stands under each.
#[derive(Debug, Clone, Default)]
pub struct Expand(Vec<(String, Expand)>);

/// Segments of a name that are looked at. A space has a home page, which has a space, and so on: a request must not decide how deep that goes.
const DEPTH: usize = 32;

/// What is to be expanded where nothing is.
static NOTHING: Expand = Expand(Vec::new());

impl Expand {
    /// Reads the values of the parameter.
    pub fn parse<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let mut all = Self::default();
        for name in values.flat_map(|value| value.split(',')).map(str::trim).filter(|name| !name.is_empty()) {
            all.add(name);
        }
        all
    }

    fn add(&mut self, name: &str) {
        let mut place = self;
        for segment in name.split('.').take(DEPTH) {
            let at = place.0.iter().position(|(known, _)| known == segment).unwrap_or_else(|| {
                place.0.push((segment.to_owned(), Self::default()));
                place.0.len() - 1
            });
            let Some((_, under)) = place.0.get_mut(at) else { return };
            place = under;
        }
    }

    /// Whether this name, or something under it, is to be expanded.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// What is to be expanded under this name.
    pub fn under(&self, name: &str) -> &Self {
        self.find(name).unwrap_or(&NOTHING)
    }

    fn find(&self, name: &str) -> Option<&Self> {
        // Nearly all names are segments, and asked for many times an item.
        if let Some((_, under)) = self.0.iter().find(|(known, _)| known == name) {
            return Some(under);
        }
        if self.0.is_empty() || !name.as_bytes().contains(&b'.') {
            return None;
        }
        name.split('.')
            .try_fold(self, |place, segment| place.0.iter().find(|(known, _)| known == segment).map(|(_, under)| under))
    }
}

#[cfg(test)]
mod tests {
    use super::Expand;

    #[test]
    fn names_are_whole_segments() {
        let expand =
            Expand::parse(["body.storage,version", "history.lastUpdated", "body.view.webresource"].into_iter());
        assert!(expand.has("body") && expand.has("version") && expand.has("history"));
        assert!(expand.has("body.storage") && !expand.has("bod") && !expand.has("body.vie"));
        assert!(expand.under("body").has("storage") && expand.under("body").has("view"));
        assert!(expand.under("body.view").has("webresource"));
        assert!(!expand.under("version").has("by"));
    }
}
