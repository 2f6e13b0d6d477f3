//! Readings and alignments on disk, held against what they mean.
