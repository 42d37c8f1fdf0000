//! The `doudi` program. Everything it does stands in the library beside it.

fn main() -> std::process::ExitCode {
    api::run(std::env::args_os())
}
