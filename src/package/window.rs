//! The text that is being looked at: pieces are put in behind, and what is taken falls out in front.

use super::Illegal;
use super::screen::Piece;

/// A window that grew beyond this for a long object is made small again behind it.
const ROOM: usize = 4 << 20;

/// See the module. Only sources of texts write into one.
#[derive(Debug, Default)]
pub struct Window {
    text: String,
    /// Where it begins in the content.
    base: u64,
    /// Everything that isn't plain stands before this place.
    odd: usize,
    pub(super) illegal: Illegal,
}

impl Window {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where a place of the window lies in the content.
    pub(super) fn offset(&self, at: usize) -> u64 {
        self.base.saturating_add(at as u64)
    }

    /// Whether something that isn't plain may stand behind this place.
    pub(super) fn is_odd_from(&self, at: usize) -> bool {
        at < self.odd
    }

    /// Puts a piece in. Nothing is copied where nothing stands here any more.
    pub(super) fn push(&mut self, piece: &mut Piece) {
        if self.text.is_empty() {
            std::mem::swap(&mut self.text, &mut piece.text);
        } else {
            self.text.push_str(&piece.text);
        }
        if piece.odd {
            self.odd = self.text.len();
        }
        for (offset, code) in &piece.illegal {
            self.illegal.note(*offset, *code);
        }
    }

    /// Drops the first bytes, as far as they are whole characters; gives how many went.
    pub(super) fn forget(&mut self, bytes: usize) -> usize {
        let bytes = (0..=bytes).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or_default();
        self.base = self.offset(bytes);
        self.text.drain(..bytes);
        self.odd = self.odd.saturating_sub(bytes);
        if self.text.capacity() > ROOM && self.text.len() < ROOM / 4 {
            self.text.shrink_to(ROOM / 2);
        }
        bytes
    }
}
