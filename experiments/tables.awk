# Fills the tables of a page from results/NAME/summary.csv: awk -v csv=FILE -f experiments/tables.awk PAGE.
#
# A line `<!-- table: rows=A,B; metrics=M,N; where=C=1&D=x -->` is followed by the table of those points, a row each; with `cols=D` and one
# metric, a column for each value of D. Axes are named as in the file, "axes." left out. `<!-- end -->` closes a table.

# Splits a line of CSV into f[1..]; returns the number of fields.
function fields(line, f,    n, at, c, quoted, word) {
    split("", f); n = 0; word = ""; quoted = 0
    for (at = 1; at <= length(line); at++) {
        c = substr(line, at, 1)
        if (c == "\"") quoted = !quoted
        else if (c == "," && !quoted) { f[++n] = word; word = "" }
        else word = word c
    }
    f[++n] = word
    return n
}
function number(x) { return x == "" ? "" : sprintf("%.4g", x) }
function cell(point, metric,    key) {
    key = point SUBSEP metric
    if (!(key in estimate)) return "-"
    if (low[key] == "" || low[key] == high[key]) return number(estimate[key])
    return number(estimate[key]) " (" number(low[key]) " to " number(high[key]) ")"
}
function load(    line, f, n, i, name, point, key) {
    while ((getline line < csv) > 0) {
        n = fields(line, f)
        if (!header) {
            for (i = 1; i <= n; i++) { name = f[i]; sub(/^axes\./, "", name); column[name] = i }
            header = 1
            continue
        }
        point = ""
        for (i = 1; i < column["metric"]; i++) point = point SUBSEP f[i]
        if (!(point in known)) {
            known[point] = 1; order[++points] = point
            for (name in column) value[point, name] = f[column[name]]
        }
        key = point SUBSEP f[column["metric"]]
        estimate[key] = f[column["estimate"]]; low[key] = f[column["ci_low"]]; high[key] = f[column["ci_high"]]
    }
    if (!header) { print "no results in " csv > "/dev/stderr"; exit 2 }
}
# What `name=...` says in a directive.
function said(text, name,    parts, n, i, at) {
    n = split(text, parts, /; */)
    for (i = 1; i <= n; i++) {
        at = index(parts[i], "=")
        if (substr(parts[i], 1, at - 1) == name) return substr(parts[i], at + 1)
    }
    return ""
}
function chosen(point, where,    parts, n, i, at) {
    n = split(where, parts, /&/)
    for (i = 1; i <= n; i++) {
        at = index(parts[i], "=")
        if (!(substr(parts[i], 1, at - 1) in column)) { print "no axis " parts[i] " in " csv > "/dev/stderr"; exit 2 }
        if (value[point, substr(parts[i], 1, at - 1)] != substr(parts[i], at + 1)) return 0
    }
    return 1
}
function table(text,    rows, nr, metrics, nm, cols, heads, nh, seen, lines, nl, i, p, key, point, head, rule, shown) {
    nr = split(said(text, "rows"), rows, ","); nm = split(said(text, "metrics"), metrics, ","); cols = said(text, "cols")
    head = "|"; rule = "|"
    for (i = 1; i <= nr; i++) { head = head " " rows[i] " |"; rule = rule "---|" }
    nh = 0; nl = 0
    for (p = 1; p <= points; p++) {
        point = order[p]
        if (!chosen(point, said(text, "where"))) continue
        key = ""
        for (i = 1; i <= nr; i++) key = key " " value[point, rows[i]] " |"
        if (!(key in shown)) { lines[++nl] = key; shown[key] = "|" key }
        if (cols == "") for (i = 1; i <= nm; i++) shown[key] = shown[key] " " cell(point, metrics[i]) " |"
        else {
            if (!(value[point, cols] in seen)) { seen[value[point, cols]] = 1; heads[++nh] = value[point, cols] }
            shown[key] = shown[key] " " cell(point, metrics[1]) " |"
        }
    }
    if (cols == "") for (i = 1; i <= nm; i++) { head = head " " metrics[i] " |"; rule = rule "---|" }
    else for (i = 1; i <= nh; i++) { head = head " " cols " " heads[i] " |"; rule = rule "---|" }
    if (nl == 0) { print "no point for: " text > "/dev/stderr"; exit 2 }
    print head; print rule
    for (i = 1; i <= nl; i++) print shown[lines[i]]
}
BEGIN { load() }
/^<!-- table: .* -->$/ {
    print; print ""
    text = $0; sub(/^<!-- table: /, "", text); sub(/ -->$/, "", text)
    table(text); print ""; skip = 1
    next
}
/^<!-- end -->$/ { skip = 0 }
!skip { print }
