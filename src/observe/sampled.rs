//! Which attachments are downloaded, where only a sample of them is wanted: decided by their keys, as the claim spells them.

use super::Observer;

/// The natural key of content while it is read; empty, where no sample is drawn. In one piece, since there is one for every page.
#[derive(Debug, Clone, Default)]
pub(super) struct SampleKey(Box<str>);

/// Stands between the segments of a key. No XML holds it, and so no title.
const BETWEEN: char = '\0';

impl Observer<'_> {
    /// The key of something that hangs on what has the key `above`; on nothing, where that is empty.
    pub(super) fn sample_key(&self, above: &SampleKey, name: &[String]) -> SampleKey {
        if self.needs.sample.is_none() {
            return SampleKey::default();
        }
        let mut key = String::from(above.0.as_ref());
        for segment in name {
            if !key.is_empty() {
                key.push(BETWEEN);
            }
            key.push_str(segment);
        }
        SampleKey(key.into_boxed_str())
    }

    /// Whether the file of this key is among those that are downloaded.
    pub(super) fn is_sampled(&self, key: &SampleKey) -> bool {
        self.needs.sample.is_none_or(|sample| sample.takes(key.0.split(BETWEEN)))
    }
}
