//! The words for space permissions: what REST says in pairs, packages and the administration pages say in one word.

/// REST's operation and target beside the type that packages name.
const TABLE: [(&str, &str, &str); 16] = [
    ("read", "space", "VIEWSPACE"),
    ("create", "page", "EDITSPACE"),
    ("delete", "page", "REMOVEPAGE"),
    ("create", "blogpost", "EDITBLOG"),
    ("delete", "blogpost", "REMOVEBLOG"),
    ("create", "comment", "COMMENT"),
    ("delete", "comment", "REMOVECOMMENT"),
    ("create", "attachment", "CREATEATTACHMENT"),
    ("delete", "attachment", "REMOVEATTACHMENT"),
    ("restrict_content", "space", "SETPAGEPERMISSIONS"),
    ("administer", "space", "SETSPACEPERMISSIONS"),
    ("export", "space", "EXPORTSPACE"),
    ("export", "page", "EXPORTPAGE"),
    ("delete_own", "space", "REMOVEOWNCONTENT"),
    ("delete", "mail", "REMOVEMAIL"),
    ("archive", "page", "ARCHIVEPAGE"),
];

/// The type of a space permission as packages name it; a pair that the table doesn't have is kept as `operation/target`.
pub fn permission_type(operation: &str, target: &str) -> String {
    let known = TABLE.iter().find(|(op, on, _)| op.eq_ignore_ascii_case(operation) && on.eq_ignore_ascii_case(target));
    known.map_or_else(|| format!("{operation}/{target}"), |(_, _, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_pairs_have_one_word_and_unknown_ones_are_kept() {
        assert_eq!(permission_type("administer", "space"), "SETSPACEPERMISSIONS");
        assert_eq!(permission_type("fly", "whiteboard"), "fly/whiteboard");
        let words: std::collections::BTreeSet<_> = TABLE.iter().map(|(_, _, word)| word).collect();
        assert_eq!(words.len(), TABLE.len());
    }
}
