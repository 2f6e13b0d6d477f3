#![no_main]
#![allow(missing_docs, reason = "see the function")]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rehearsal_fuzz::storage(data));
