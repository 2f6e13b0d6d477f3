/// Draws by lot: the same seed gives the same draws, on every machine and in every version.
///
/// The generator is SplitMix64 (Steele, Lea and Flood, 2014). It is written out here, and not taken from a crate, because files made from
/// a seed must stay equal to the byte for years, and the crates for random numbers don't promise that their ranges and shuffles stay.
/// Not fit for secrets.
#[derive(Debug, Clone)]
pub struct Lot(u64);

impl Lot {
    /// Draws for one purpose and one thing: independent of the draws for any other.
    pub fn new(seed: u64, purpose: &str, index: u64) -> Self {
        // FNV-1a, to fold the purpose into the seed.
        let folded = purpose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        let mut first = Self(seed);
        let mut second = Self(first.draw() ^ folded);
        let mut third = Self(second.draw() ^ index);
        Self(third.draw())
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number from 0 to one below this bound; 0 where the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The high half of the product: no bias worth the name for bounds this small.
        ((u128::from(self.draw()) * u128::from(bound)) >> 64) as u64
    }

    /// One of these; none of an empty slice.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len() as u64) as usize)
    }

    /// Puts these into another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_gives_the_published_numbers() {
        let mut lot = Lot(1_234_567);
        assert_eq!([lot.draw(), lot.draw()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn draws_stay_below_their_bound_and_depend_on_purpose_and_index() {
        let mut lot = Lot::new(1, "pages", 0);
        assert!((0..1_000).all(|_| lot.below(7) < 7));
        assert_eq!((lot.below(0), lot.pick::<u8>(&[])), (0, None));
        let first = |purpose, index| Lot::new(1, purpose, index).draw();
        assert_ne!(first("pages", 0), first("pages", 1));
        assert_ne!(first("pages", 0), first("comments", 0));
        let mut items: Vec<u32> = (0..50).collect();
        lot.shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
