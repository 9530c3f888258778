# The cost optimum of wait_ip_frontier.md, from the rows of the runs: awk -f experiments/wait_ip_frontier.awk results/wait_ip_frontier/runs.csv
#
# A short message avoided is worth K seconds of latency: the cost of a run is its mean excess + K * its SMS share. For each K and kind of
# phones the wait of least mean cost, that cost with its 95 % interval over replicates, and the waits whose paired difference from it is not
# significant (intervals by Student's t).
BEGIN {
    FS = ","
    split("5 10 15 20 30 60 120 300", worth, " ")
}
function student(df) { return df < 1 ? 0 : 1.96 + 2.372 / df + 2.822 / df ^ 2 + 2.556 / df ^ 3 + 1.59 / df ^ 4 + 0.73 / df ^ 5 + 1.7 / df ^ 7 }
# Mean and half-width over the replicates of x[kind, wait, replicate] - y[...].
function over(kind, one, other, k,    r, d, n, sum, squares) {
    n = sum = squares = 0
    for (r in replicate) {
        if (!((kind, one, r) in share)) continue
        d = excess[kind, one, r] + k * share[kind, one, r]
        if (other != "") d -= excess[kind, other, r] + k * share[kind, other, r]
        n++; sum += d; squares += d * d
    }
    mean = sum / n
    half = n > 1 ? student(n - 1) * sqrt((squares - n * mean * mean > 0 ? squares - n * mean * mean : 0) / (n - 1) / n) : 0
}
NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
{
    kind = $column["phones"]; wait = $column["pf.wait_ip"]; r = $column["replicate"]
    if (!(kind in seen)) { seen[kind] = 1; kinds[++many] = kind }
    if (!(wait in known)) { known[wait] = 1; waits[++all] = wait }
    replicate[r] = 1
    share[kind, wait, r] = $column["sms_share_ratio"]; excess[kind, wait, r] = $column["deferred_excess_mean_s"]
}
END {
    printf "| one SMS is worth | phones | best wait | cost there (s) | as good |\n|---|---|---|---|---|\n"
    for (w = 1; w in worth; w++) {
        for (m = 1; m <= many; m++) {
            best = ""
            for (i = 1; i <= all; i++) {
                over(kinds[m], waits[i], "", worth[w])
                if (best == "" || mean < least) { best = waits[i]; least = mean; width = half }
            }
            good = ""
            for (i = 1; i <= all; i++) {
                if (waits[i] == best) { good = good (good == "" ? "" : ", ") best; continue }
                over(kinds[m], waits[i], best, worth[w])
                if (mean - half <= 0) good = good (good == "" ? "" : ", ") waits[i]
            }
            printf "| %d s | %s | %s | %.4g (%.4g to %.4g) | %s |\n", worth[w], kinds[m], best, least, least - width, least + width, good
        }
    }
}
