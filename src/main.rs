//! The program `rehearse`; everything that it does is in the library.

fn main() -> std::process::ExitCode {
    rehearsal::cli::main()
}
