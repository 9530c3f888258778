//! Three workloads on the engine alone, one JSON line each, so that it can be put beside other programs.
//!
//! ```text
//! cargo run --release --example kernel -- deferred --users 1000 --messages 1000000 --seed 1
//! cargo run --release --example kernel -- phold --n 10000 --events 10000000
//! cargo run --release --example kernel -- mm1 --customers 1000000
//! cargo run --release --example kernel -- reps --runs 2000 --users 50 --horizon 3600 --threads 2
//! ```
//! `--program limit` runs the program written by hand instead.

#[path = "../benches/programs/mod.rs"]
mod programs;

use programs::{Deferred, S, Until, limit, ours, reps, rss_mib, timed};
use std::process::ExitCode;

const USAGE: &str = "usage: kernel deferred|phold|mm1|reps [--users N] [--messages N] [--n N] [--events N] [--customers N]
              [--runs N] [--horizon SECONDS] [--threads N] [--seed N] [--program cpmsim|limit]";

/// What was asked for, with its defaults.
struct Asked {
    users: Option<u64>,
    messages: u64,
    n: u64,
    events: u64,
    customers: u64,
    runs: u64,
    horizon: u64,
    threads: u64,
    seed: u64,
    limit: bool,
}

fn read(arguments: &[String]) -> Result<Asked, String> {
    let mut asked = Asked {
        users: None,
        messages: 1_000_000,
        n: 10_000,
        events: 10_000_000,
        customers: 1_000_000,
        runs: 2_000,
        horizon: 3_600,
        threads: 1,
        seed: 1,
        limit: false,
    };
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        let value = rest.next().ok_or_else(|| format!("{name} needs a value"))?;
        if name == "--program" {
            asked.limit = match value.as_str() {
                "limit" => true,
                "cpmsim" => false,
                other => return Err(format!("no program is named {other}: cpmsim or limit")),
            };
            continue;
        }
        let number = value.parse().map_err(|_| format!("{name}: {value} is not a whole number"))?;
        match name.as_str() {
            "--users" => asked.users = Some(number),
            "--messages" => asked.messages = number,
            "--n" => asked.n = number,
            "--events" => asked.events = number,
            "--customers" => asked.customers = number,
            "--runs" => asked.runs = number,
            "--horizon" => asked.horizon = number,
            "--threads" => asked.threads = number,
            "--seed" => asked.seed = number,
            _ => return Err(format!("{name} is not an option")),
        }
        if number == 0 && name != "--seed" {
            return Err(format!("{name} must be more than zero"));
        }
    }
    Ok(asked)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((work, rest)) = arguments.split_first() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match read(rest).and_then(|asked| run(work, &asked)) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("error: {problem}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Runs one workload and writes its line.
fn run(work: &str, asked: &Asked) -> Result<String, String> {
    let seed = asked.seed;
    let (n, events, cost, tail) = match work {
        "deferred" => {
            let users = asked.users.unwrap_or(1000);
            let until = Until::Messages(asked.messages);
            let program = if asked.limit { limit::deferred } else { ours::deferred };
            let (out, cost) = timed(|| program(users, until, seed, 0));
            (users, out.events, cost, outcome(out))
        }
        "phold" => {
            let program = if asked.limit { limit::phold } else { ours::phold };
            let (mean, cost) = timed(|| program(asked.n, asked.events, seed));
            (asked.n, asked.events, cost, format!("\"mean_delay\":{mean:.6}"))
        }
        "mm1" => {
            let program = if asked.limit { limit::mm1 } else { ours::mm1 };
            let (time, cost) = timed(|| program(asked.customers, seed));
            (asked.customers, 2 * asked.customers, cost, format!("\"time_in_system\":{time:.6}"))
        }
        "reps" => {
            let users = asked.users.unwrap_or(50);
            let until = Until::Horizon(asked.horizon * S);
            let program = if asked.limit { limit::deferred } else { ours::deferred };
            let (out, cost) = reps(asked.runs, asked.threads, |replicate| program(users, until, seed, replicate));
            let rates = format!(
                "\"users\":{users},\"threads\":{},\"runs_per_s\":{:.1},\"runs_per_cpu_s\":{:.1}",
                asked.threads,
                asked.runs as f64 / cost.wall,
                asked.runs as f64 / cost.cpu
            );
            (asked.runs, out.events, cost, format!("{rates},{}", outcome(out)))
        }
        other => return Err(format!("no workload is named {other}")),
    };
    Ok(format!(
        "{{\"peer\":\"{}\",\"work\":\"{work}\",\"n\":{n},\"events\":{events},\"wall_s\":{:.6},\"cpu_s\":{:.6},\
         \"ev_per_s\":{:.0},\"rss_mib\":{:.1},{tail}}}",
        if asked.limit { "limit" } else { "cpmsim" },
        cost.wall,
        cost.cpu,
        events as f64 / cost.cpu,
        rss_mib()
    ))
}

fn outcome(mut out: Deferred) -> String {
    let [direct, pushed, expired] = out.shares();
    let (mean, p99) = out.latency();
    format!(
        "\"messages\":{},\"direct_share\":{direct:.6},\"pushed_share\":{pushed:.6},\"expired_share\":{expired:.6},\
         \"latency_mean\":{mean:.3},\"latency_p99\":{p99:.3}",
        out.messages
    )
}
