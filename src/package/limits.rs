/// What a package may cost. The numbers are far above what real packages have, and low enough that a hostile one can't exhaust the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Entries in the directory. Default 20 million: a site with 10 million attachment versions, twice over.
    pub entries: u64,
    /// Length of a name in bytes. Default 1,024; Confluence's own are under 100.
    pub name_bytes: usize,
    /// Unpacked bytes of one entry. Default 256 GiB.
    pub entry_bytes: u64,
    /// How many times larger than packed an entry may claim to be, where it claims more than [`Self::ratio_from`] bytes; and all entries
    /// together likewise, else the densest are refused. Default 200: entities.xml has 12 to 30, of sparse pages up to 100, and deflate
    /// can't do more than 1,032.
    pub ratio: u64,
    /// Less may have any ratio: a file of zeros isn't a bomb. Default 1 GiB.
    pub ratio_from: u64,
    /// Nesting of XML elements. Default 32; Confluence's own have 5.
    pub depth: usize,
    /// Bytes of one object of entities.xml. Default 64 MiB; the largest body seen has 350 kB.
    pub object_bytes: u64,
    /// Properties and members of collections of one object. Default 4 million.
    pub object_parts: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 20_000_000,
            name_bytes: 1_024,
            entry_bytes: 256 << 30,
            ratio: 200,
            ratio_from: 1 << 30,
            depth: 32,
            object_bytes: 64 << 20,
            object_parts: 4_000_000,
        }
    }
}
