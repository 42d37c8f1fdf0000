//! The program itself, built beside the suite so that the suite can run it as a process.

fn main() -> std::process::ExitCode {
    api::run(std::env::args_os())
}
