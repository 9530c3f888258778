//! Races: racing pairs, flips and bounded search. Nothing stands here yet; the room keeps its place in the house.
