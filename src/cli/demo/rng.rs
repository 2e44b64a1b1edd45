//! Chance that is the same on every machine and in every release: SplitMix64, so that a demonstration can be repeated.

/// A stream of numbers from one seed.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Rng(u64);

impl Rng {
    /// The stream of a seed and a place; different places of one seed are independent.
    pub(in crate::cli) fn new(seed: u64, place: u64) -> Rng {
        let mut rng = Rng(seed ^ place.wrapping_mul(0xA076_1D64_78BD_642F));
        rng.next();
        rng
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Evenly in [0, 1).
    pub(in crate::cli) fn share(&mut self) -> f64 {
        // The upper 53 bits: exactly what a double holds.
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number, evenly in [least, greatest].
    pub(in crate::cli) fn between(&mut self, least: i64, greatest: i64) -> i64 {
        let width = (greatest - least + 1).max(1) as f64;
        least + (self.share() * width) as i64
    }

    /// True with this chance.
    pub(in crate::cli) fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// The place of one of the weights, in proportion to them; the last one if they are all zero.
    pub(in crate::cli) fn pick(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let mut left = self.share() * weights.clone().sum::<f64>();
        let mut last = 0;
        for (place, weight) in weights.enumerate() {
            if left < weight {
                return place;
            }
            left -= weight;
            last = place;
        }
        last
    }
}
