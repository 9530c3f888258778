//! How long lists grow: by an eighth, where a `Vec` would double.
//!
//! A list with an element for each user, message or timer is the memory of a run, and half of a list that has just doubled is
//! empty. Up to [`SHORT`] elements lists grow as ever.

use std::collections::VecDeque;

/// A list up to so long may double.
const SHORT: usize = 4096;

/// Room for one more element, to be asked for before every push. A list of `n` elements has been copied about nine times over
/// when it is full, one that doubles once.
#[inline]
pub fn make_room<T>(list: &mut Vec<T>) {
    make_room_for(list, 1);
}

/// As [`make_room`], for `more` elements.
#[inline]
pub fn make_room_for<T>(list: &mut Vec<T>, more: usize) {
    if list.capacity() - list.len() < more && list.len() >= SHORT {
        list.reserve_exact(more.max(list.len() / 8));
    }
}

/// As [`make_room`], for a queue.
#[inline]
pub fn make_room_in_queue<T>(queue: &mut VecDeque<T>) {
    if queue.len() == queue.capacity() && queue.len() >= SHORT {
        queue.reserve_exact(queue.len() / 8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_has_little_room_to_spare_and_grows_seldom() {
        let (mut list, mut queue, mut chunks) = (Vec::new(), VecDeque::new(), Vec::new());
        let mut grown = 0;
        for k in 0..100_000 {
            let before = list.capacity();
            make_room(&mut list);
            list.push(k);
            make_room_in_queue(&mut queue);
            queue.push_back(k);
            grown += u32::from(list.capacity() != before);
            if k % 8 == 0 {
                make_room_for(&mut chunks, 8);
                chunks.resize(k + 8, 0);
            }
            if k >= 2 * SHORT {
                assert!(list.capacity() * 8 <= list.len() * 9 + 8 && queue.capacity() * 8 <= queue.len() * 9 + 8);
                assert!(chunks.capacity() * 8 <= chunks.len() * 9 + 8);
            }
        }
        assert!(grown < 50, "grown {grown} times");
        assert!(list.iter().eq(&queue));
    }
}
