//! What the cores made of one file, in the order of the file and in as many pieces as it was read in. Putting a million lines
//! behind each other would copy them; whoever reads them takes them piece by piece.

use std::ops::Index;

use ledger::shares::in_turns;

/// Things in an order, in pieces.
#[derive(Clone, Debug)]
pub struct Pieces<T>(Vec<Vec<T>>);

impl<T> Pieces<T> {
    /// These pieces, in this order.
    pub(crate) fn of(pieces: Vec<Vec<T>>) -> Pieces<T> {
        Pieces(pieces)
    }

    /// How many things there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    /// True if there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }

    /// All of them, in their order.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.0.iter().flatten()
    }

    /// All of them, in their order, to be changed.
    pub(crate) fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut T> {
        self.0.iter_mut().flatten()
    }

    /// The one at that place, from 0.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&T> {
        self.iter().nth(at)
    }

    /// Puts the last first.
    pub fn reverse(&mut self) {
        self.0.reverse();
        self.0.iter_mut().for_each(|piece| piece.reverse());
    }

    /// Each piece as it lies in memory.
    #[must_use]
    pub fn slices(&self) -> Vec<&[T]> {
        self.0.iter().map(Vec::as_slice).collect()
    }

    /// All of them behind each other.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        let put_behind = |mut all: Vec<T>, mut more: Vec<T>| {
            all.append(&mut more);
            all
        };
        self.0.into_iter().reduce(put_behind).unwrap_or_default()
    }

    /// Does `work` on every piece, on all cores.
    pub(crate) fn on_all_cores<R: Send>(&self, work: impl Fn(&[T]) -> R + Sync) -> Vec<R>
    where
        T: Sync,
    {
        let mut done = Vec::with_capacity(self.0.len());
        in_turns(&self.0, || (), |(), piece| work(piece), |result| done.push(result));
        done
    }
}

impl<T> IntoIterator for Pieces<T> {
    type Item = T;
    type IntoIter = std::iter::Flatten<std::vec::IntoIter<Vec<T>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().flatten()
    }
}

impl<'p, T> IntoIterator for &'p Pieces<T> {
    type Item = &'p T;
    type IntoIter = std::iter::Flatten<std::slice::Iter<'p, Vec<T>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().flatten()
    }
}

impl<T> Default for Pieces<T> {
    fn default() -> Pieces<T> {
        Pieces(Vec::new())
    }
}

impl<T> From<Vec<T>> for Pieces<T> {
    fn from(things: Vec<T>) -> Pieces<T> {
        Pieces(vec![things])
    }
}

/// Two are the same if they hold the same in the same order, however it is cut.
impl<T: PartialEq> PartialEq for Pieces<T> {
    fn eq(&self, other: &Pieces<T>) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<T: Eq> Eq for Pieces<T> {}

/// # Panics
/// If there is no such thing.
impl<T> Index<usize> for Pieces<T> {
    type Output = T;

    fn index(&self, at: usize) -> &T {
        self.get(at).expect("the place is one of them")
    }
}

#[cfg(test)]
mod tests {
    use super::Pieces;

    #[test]
    fn however_they_are_cut_they_are_the_same_things_in_the_same_order() {
        let whole = Pieces::from(vec![1, 2, 3]);
        let cut = Pieces::of(vec![vec![1], Vec::new(), vec![2, 3]]);
        assert_eq!(whole, cut);
        assert_eq!((cut.len(), cut[2], cut.is_empty()), (3, 3, false));
        assert_eq!(cut.on_all_cores(<[i32]>::len), [1, 0, 2]);
        assert_eq!(cut.clone().into_vec(), [1, 2, 3]);
        let mut back = cut;
        back.reverse();
        assert_eq!(back.into_vec(), [3, 2, 1]);
        assert_ne!(whole, Pieces::of(vec![vec![1, 2]]));
    }
}
