//! The language of expected values: `exp(-wait/12)`, `1 - phi(2)`, `30 s`, `5 %`.
//!
//! Numbers (with a unit of time or `%`, which stand for seconds and for hundredths), `+ - * / ^`, parentheses, `pi`, the
//! functions `exp ln sqrt abs phi min max`, and names: the values of the axes at the point, durations in seconds. A hyphen in
//! an axis name is written as an underscore. `^` binds to the right and closer than a sign in front of it. Left out: every
//! other function; a closed form that needs one can be computed elsewhere and written as a number.

use thiserror::Error;

/// A formula that was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    text: String,
    node: Node,
}

/// What is wrong with a formula.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("\"{text}\", character {at}: {problem}")]
pub struct FormulaFault {
    pub text: String,
    /// Character, from 1.
    pub at: usize,
    pub problem: String,
    pub remedy: String,
}

/// Deeper nesting than this is refused, so that no text can exhaust the stack.
const DEEPEST: usize = 64;
/// Longer formulas than this are refused: a chain of operators nests to the left.
const LONGEST: usize = 1000;
const FUNCTIONS: [(&str, Function); 7] = [
    ("exp", Function::Exp),
    ("ln", Function::Ln),
    ("sqrt", Function::Sqrt),
    ("abs", Function::Abs),
    ("phi", Function::Phi),
    ("min", Function::Min),
    ("max", Function::Max),
];
const UNITS: [(&str, f64); 8] =
    [("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("min", 60.0), ("h", 3600.0), ("d", 86400.0), ("%", 0.01)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    Exp,
    Ln,
    Sqrt,
    Abs,
    Phi,
    Min,
    Max,
}

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Number(f64),
    Name(String),
    Minus(Box<Node>),
    Two(char, Box<Node>, Box<Node>),
    Call(Function, Vec<Node>),
}

impl Formula {
    /// Reads a formula.
    pub fn parse(text: &str) -> Result<Formula, FormulaFault> {
        let mut parser = Parser { text, at: 0, depth: 0 };
        if text.len() > LONGEST {
            return Err(parser.fault(format!("longer than {LONGEST} characters"), "write a shorter formula, or the number itself"));
        }
        let node = parser.sum()?;
        parser.space();
        if parser.at < text.len() {
            return Err(parser.fault(
                format!("\"{}\" does not belong here", parser.rest().chars().next().expect("not at the end")),
                "join two values by one of + - * / ^",
            ));
        }
        Ok(Formula { text: text.to_owned(), node })
    }

    /// A formula that is this number.
    pub fn number(value: f64) -> Formula {
        Formula { text: value.to_string(), node: Node::Number(value) }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names used, sorted, each once.
    pub fn names(&self) -> Vec<&str> {
        fn walk<'a>(node: &'a Node, names: &mut Vec<&'a str>) {
            match node {
                Node::Number(_) => {}
                Node::Name(name) => names.push(name),
                Node::Minus(a) => walk(a, names),
                Node::Two(_, a, b) => {
                    walk(a, names);
                    walk(b, names);
                }
                Node::Call(_, arguments) => arguments.iter().for_each(|a| walk(a, names)),
            }
        }
        let mut names = Vec::new();
        walk(&self.node, &mut names);
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The value, where `value_of` gives the values of names. Err names what has no value: a name, or the whole where it is not finite.
    pub fn value(&self, value_of: &dyn Fn(&str) -> Option<f64>) -> Result<f64, String> {
        let value = evaluate(&self.node, value_of)?;
        if value.is_finite() { Ok(value) } else { Err(format!("\"{}\" is not a finite number here", self.text)) }
    }
}

fn evaluate(node: &Node, value_of: &dyn Fn(&str) -> Option<f64>) -> Result<f64, String> {
    Ok(match node {
        Node::Number(value) => *value,
        Node::Name(name) => value_of(name).ok_or_else(|| format!("\"{name}\" has no numeric value here"))?,
        Node::Minus(a) => -evaluate(a, value_of)?,
        Node::Two(operator, a, b) => {
            let (a, b) = (evaluate(a, value_of)?, evaluate(b, value_of)?);
            match operator {
                '+' => a + b,
                '-' => a - b,
                '*' => a * b,
                '/' => a / b,
                _ => libm::pow(a, b),
            }
        }
        Node::Call(function, arguments) => {
            let values = arguments.iter().map(|a| evaluate(a, value_of)).collect::<Result<Vec<f64>, String>>()?;
            let first = values[0];
            match function {
                Function::Exp => libm::exp(first),
                Function::Ln => libm::log(first),
                Function::Sqrt => libm::sqrt(first),
                Function::Abs => first.abs(),
                Function::Phi => 0.5 * libm::erfc(-first / std::f64::consts::SQRT_2),
                Function::Min => values.into_iter().fold(f64::INFINITY, f64::min),
                Function::Max => values.into_iter().fold(f64::NEG_INFINITY, f64::max),
            }
        }
    })
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn fault(&self, problem: impl Into<String>, remedy: impl Into<String>) -> FormulaFault {
        let at = self.text[..self.at.min(self.text.len())].chars().count() + 1;
        // A fault quotes the text: a giant one is cut.
        let text = self.text.chars().take(200).collect();
        FormulaFault { text, at, problem: problem.into(), remedy: remedy.into() }
    }

    /// Takes `sign` if it comes next.
    fn takes(&mut self, sign: char) -> bool {
        self.space();
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len_utf8();
        }
        found
    }

    fn sum(&mut self) -> Result<Node, FormulaFault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.fault(format!("more than {DEEPEST} levels of nesting"), "write a flatter formula"));
        }
        let mut left = self.product()?;
        loop {
            let operator = if self.takes('+') {
                '+'
            } else if self.takes('-') {
                '-'
            } else {
                break;
            };
            left = Node::Two(operator, Box::new(left), Box::new(self.product()?));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn product(&mut self) -> Result<Node, FormulaFault> {
        let mut left = self.signed()?;
        loop {
            let operator = if self.takes('*') {
                '*'
            } else if self.takes('/') {
                '/'
            } else {
                return Ok(left);
            };
            left = Node::Two(operator, Box::new(left), Box::new(self.signed()?));
        }
    }

    fn signed(&mut self) -> Result<Node, FormulaFault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.fault(format!("more than {DEEPEST} levels of nesting"), "write a flatter formula"));
        }
        let node = if self.takes('-') {
            Node::Minus(Box::new(self.signed()?))
        } else {
            let base = self.atom()?;
            if self.takes('^') { Node::Two('^', Box::new(base), Box::new(self.signed()?)) } else { base }
        };
        self.depth -= 1;
        Ok(node)
    }

    fn atom(&mut self) -> Result<Node, FormulaFault> {
        if self.takes('(') {
            let inner = self.sum()?;
            self.close()?;
            return Ok(inner);
        }
        match self.rest().chars().next() {
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(),
            Some(c) if c.is_ascii_alphabetic() || c == '_' => self.name(),
            Some(c) => Err(self.fault(format!("a value was expected, not \"{c}\""), "write a number, a name or a parenthesis")),
            None => Err(self.fault("a value was expected, but the formula ends", "write a number, a name or a parenthesis")),
        }
    }

    fn close(&mut self) -> Result<(), FormulaFault> {
        if self.takes(')') { Ok(()) } else { Err(self.fault("a parenthesis is not closed", "add \")\"")) }
    }

    fn number(&mut self) -> Result<Node, FormulaFault> {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let mut end = bytes.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        if end < bytes.len() && matches!(bytes[end], b'e' | b'E') {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let digits = bytes[end + 1 + sign..].iter().take_while(|b| b.is_ascii_digit()).count();
            if digits > 0 {
                end += 1 + sign + digits;
            }
        }
        let value = rest[..end].parse::<f64>().ok().filter(|v| v.is_finite());
        let Some(value) = value else {
            return Err(self.fault(format!("\"{}\" is not a number", &rest[..end]), "write a number such as 0.25 or 1e-3"));
        };
        self.at += end;
        self.space();
        let word = word_at(self.rest());
        match UNITS.iter().find(|(name, _)| *name == word || (*name == "%" && self.rest().starts_with('%'))) {
            Some((name, factor)) => {
                self.at += name.len();
                Ok(Node::Number(value * factor))
            }
            None if word.is_empty() => Ok(Node::Number(value)),
            None => {
                Err(self
                    .fault(format!("\"{word}\" is not a unit"), "units are ns, us, ms, s, min, h, d and %; write * to multiply"))
            }
        }
    }

    fn name(&mut self) -> Result<Node, FormulaFault> {
        let word = word_at(self.rest());
        let start = self.at;
        self.at += word.len();
        if !self.takes('(') {
            self.at = start + word.len();
            return Ok(if word == "pi" { Node::Number(std::f64::consts::PI) } else { Node::Name(word.to_owned()) });
        }
        let Some((_, function)) = FUNCTIONS.iter().find(|(name, _)| *name == word) else {
            self.at = start;
            let known: Vec<&str> = FUNCTIONS.iter().map(|(name, _)| *name).collect();
            return Err(self.fault(format!("there is no function \"{word}\""), format!("functions are {}", known.join(", "))));
        };
        let mut arguments = vec![self.sum()?];
        while self.takes(',') {
            arguments.push(self.sum()?);
        }
        self.close()?;
        if arguments.len() > 1 && !matches!(function, Function::Min | Function::Max) {
            self.at = start;
            return Err(self.fault(format!("{word} takes one value, not {}", arguments.len()), "only min and max take several"));
        }
        Ok(Node::Call(*function, arguments))
    }
}

/// The letters, digits, underscores and dots that a name is made of.
fn word_at(text: &str) -> &str {
    let starts = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    let end = if starts { text.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count() } else { 0 };
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> f64 {
        let of = |name: &str| match name {
            "wait" => Some(20.0),
            "pf.wait_ip" => Some(7.0),
            _ => None,
        };
        Formula::parse(text).unwrap_or_else(|e| panic!("{e}")).value(&of).unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn arithmetic_keeps_the_usual_order() {
        for (text, expected) in [
            ("1 + 2*3", 7.0),
            ("(1 + 2)*3", 9.0),
            ("2 - 3 - 4", -5.0),
            ("16/4/2", 2.0),
            ("2^3^2", 512.0),
            ("-2^2", -4.0),
            ("2^-1", 0.5),
            ("2*-3", -6.0),
            ("1e-3 + 1E2", 100.001),
            ("min(3, 1, 2) + max(3, 1, 2)", 4.0),
            ("30 s", 30.0),
            ("2 min", 120.0),
            ("2 % * 50", 1.0),
            ("250 ms", 0.25),
            ("pf.wait_ip", 7.0),
        ] {
            assert!((value(text) - expected).abs() < 1e-12 * expected.abs().max(1.0), "{text}: {}", value(text));
        }
    }

    /// e^(−20/12), and scipy.stats.norm.cdf(1.3), norm.cdf(−4).
    #[test]
    fn functions_have_their_known_values() {
        assert!((value("exp(-wait/12)") - 0.188_875_602_837_562_08).abs() < 1e-15);
        assert!((value("phi(1.3)") - 0.903_199_515_414_389_7).abs() < 1e-14);
        assert!((value("phi(-4)") / 3.167_124_183_311_986e-5 - 1.0).abs() < 1e-13);
        assert!((value("ln(exp(2)) + sqrt(16) + abs(-1)") - 7.0).abs() < 1e-14);
        assert!((value("2*pi") - std::f64::consts::TAU).abs() < 1e-15);
    }

    #[test]
    fn what_is_not_a_formula_says_where_and_what_to_do() {
        for (text, at, problem) in [
            ("", 1, "a value was expected, but the formula ends"),
            ("1 +", 4, "a value was expected, but the formula ends"),
            ("1 2", 3, "\"2\" does not belong here"),
            ("(1", 3, "a parenthesis is not closed"),
            ("sin(1)", 1, "there is no function \"sin\""),
            ("exp(1, 2)", 1, "exp takes one value, not 2"),
            ("3 m", 3, "\"m\" is not a unit"),
            ("1..2", 1, "\"1..2\" is not a number"),
            ("1e999", 1, "\"1e999\" is not a number"),
            ("2 + é", 5, "a value was expected, not \"é\""),
        ] {
            let fault = Formula::parse(text).expect_err(text);
            assert_eq!((fault.at, fault.problem.as_str()), (at, problem), "{text}");
            assert!(!fault.remedy.is_empty());
        }
    }

    #[test]
    fn deep_and_long_texts_are_refused_not_followed() {
        for text in ["(".repeat(100_000), "-".repeat(900), format!("1{}", "+1".repeat(600)), "2^".repeat(400) + "1"] {
            assert!(Formula::parse(&text).is_err());
        }
    }

    #[test]
    fn a_name_without_value_and_an_infinite_value_are_named() {
        let none = |_: &str| None;
        assert_eq!(Formula::parse("speed").expect("a name").value(&none), Err("\"speed\" has no numeric value here".into()));
        assert_eq!(Formula::parse("1/0").expect("a ratio").value(&none), Err("\"1/0\" is not a finite number here".into()));
        assert_eq!(Formula::parse("b*a + b").expect("names").names(), ["a", "b"]);
    }
}
