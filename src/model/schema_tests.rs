//! The schema and the reader agree: on all shipped models, and on broken files wherever the fault is one of structure.

use std::path::{Path, PathBuf};

use crate::model::*;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    found.retain(|p| p.extension().is_some_and(|e| e == "json"));
    found.sort();
    found
}

#[test]
fn schema_and_reader_agree_on_every_shipped_model() {
    let validator = jsonschema::validator_for(&schema::model_schema()).expect("the schema is a schema");
    let shipped = ["models", "models/lib", "models/hazards", "models/calibration"].map(|folder| files(&root().join(folder)));
    for path in shipped.into_iter().flatten() {
        // The defaults hold parameters that no model may write yet, so that they are not a model.
        if path.ends_with("lib/defaults.json") {
            continue;
        }
        let value = read_tree(&path).unwrap().root.to_json();
        let faults: Vec<_> = validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(faults.is_empty(), "{}: {faults:#?}", path.display());
        if path.parent().is_some_and(|p| !p.ends_with("lib")) {
            load_model(&path, &[]).unwrap_or_else(|f| panic!("{f}"));
        }
    }
}

#[test]
fn schema_and_reader_agree_on_broken_files() {
    let validator = jsonschema::validator_for(&schema::model_schema()).expect("the schema is a schema");
    let mut seen = 0;
    for path in files(&root().join("tests/data/broken")) {
        let Ok(document) = read_tree(&path) else { continue };
        let faults = load_model(&path, &[]).expect_err("a broken file").0;
        let name = path.display().to_string();
        let structural = faults.iter().any(|f| f.file == name && schema::STRUCTURAL.contains(&f.code));
        let valid = validator.is_valid(&document.root.to_json());
        assert!(!structural || !valid, "{name}: the reader sees a fault of structure, the schema does not: {}", Faults(faults));
        seen += usize::from(structural);
    }
    assert!(seen >= 15, "only {seen} broken files are broken in structure");
}

/// The documentation holds the reference that the description gives. `UPDATE_DOCS=1` writes it anew.
#[test]
fn the_documentation_holds_the_reference() {
    const BEGIN: &str = "<!-- reference: made from the description of the language; do not edit -->\n";
    let path = root().join("docs/model-format.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, old) = text.split_once(BEGIN).expect("the page has a place for the reference");
    let reference = schema::reference();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{reference}")).unwrap();
        return;
    }
    assert!(old == reference, "docs/model-format.md is behind: run the tests once with UPDATE_DOCS=1");
}

/// Every model in the documentation's code blocks that says it is whole can be read.
#[test]
fn the_models_of_the_documentation_can_be_read() {
    let text = std::fs::read_to_string(root().join("docs/model-format.md")).unwrap();
    let blocks: Vec<_> = text.split("```jsonc\n").skip(1).map(|b| b.split("```").next().unwrap()).collect();
    let mut laws = 0;
    for block in &blocks {
        if block.contains("\"run\"") {
            resolve(&Tree::from_text("page", block).unwrap_or_else(|f| panic!("{f}")), &[]).unwrap_or_else(|f| panic!("{f}"));
        } else {
            for line in block.lines().filter(|l| l.starts_with(['{', '"'])) {
                let law = line.split("  //").next().unwrap().trim();
                let value = serde_json::from_str(law).unwrap_or_else(|e| panic!("{law}: {e}"));
                let tree = Tree::from_text("page", blocks.iter().find(|b| b.contains("\"run\"")).unwrap()).unwrap();
                resolve(&tree, &[("links.gm.delay".to_owned(), value)]).unwrap_or_else(|f| panic!("{law}: {f}"));
                laws += 1;
            }
        }
    }
    assert!(laws >= 17, "an example for every law, but there are {laws}");
}

/// The defaults hold the parameters of the table, and nothing else.
#[test]
fn the_defaults_hold_every_parameter() {
    fn names(node: &Node, fields: &'static [super::super::shape::Field], prefix: &str) {
        let map = node.map().unwrap_or_else(|| panic!("{prefix} is an object"));
        for name in map.keys() {
            assert!(fields.iter().any(|f| f.name == name), "the defaults have {prefix}{name}, the table has not");
        }
        for field in fields {
            let inner =
                node.get(field.name).unwrap_or_else(|| panic!("the table has {prefix}{}, the defaults have not", field.name));
            if let super::super::shape::Shape::Record(fields) = field.shape {
                names(inner, fields, &format!("{prefix}{}.", field.name));
            }
        }
    }
    let source = Source::text("defaults.json", LIBRARY[0].1);
    let mut root = parse_document(std::sync::Arc::new(source), 0).unwrap().root;
    if let Data::Map(map) = &mut root.data {
        // These two blocks are no rows of the domain reference; their fields are checked by every model that is read.
        assert!(map.remove("measure").is_some() && map.remove("limits").is_some());
    }
    names(&root, super::super::params::GROUPS, "");
}

/// Identifiers of the domain reference (section 4, with the ids written out), each with its block here.
#[test]
fn the_parameters_of_the_domain_reference_are_there() {
    let ids = "link.core_hop link.core_collapsed link.nni link.pf_isf_iwf link.map_hop link.diameter link.roaming_extra \
        air.lte_connected air.lte_idle_to_connected air.drx_wait air.umts air.gsm air.wifi srv.pf_service loss.access_udp loss.core \
        acc.cell_search acc.lte_attach acc.cs_lau acc.gprs_attach_pdp acc.dns acc.tcp_tls ims.reg_native ims.reg_app ims.app_wakeup \
        ims.notify_delay ims.expiry_native ims.expiry_app ims.retry ims.flow_keepalive cs.periodic_lu eps.tau paging.first_timeout \
        paging.attempts wifi_lte.gap csfb.no_lte dwell.on dwell.off_generic hole.short hole.subway hole.rural night.off flight \
        battery.out silent_loss_fraction dev.count dev.kind user.react user.decide user.ignore_forever sms.e2e sms.status_report \
        sms.mt_cs sms.mt_sgs sms.mt_ip sms.first_attempt_fail sms.final_delivery sms.random_loss sms.duplicate smsc.validity \
        smsc.first_delay smsc.retry smsc.busy_retry smsc.alert_reaction hlr.alert_loss hlr.mwd_max mnrf.set_delay mnrf.clear_delay \
        vp.encoding rp.timers pf.wait_ip pf.expiry pf.push_after pf.notify.reminder pf.push_gap pf.max_queue pf.sessions \
        pf.handover_limit pf.forward_hops client.dedupe_window client.pull_backoff push.oob revoke.timer fallback.wait msg.rate \
        msg.hourly msg.burst msg.flash_crowd msg.length_chars msg.utf8_factor msg.kind msg.large_size msrp.rate msrp.setup";
    let root = parse_document(std::sync::Arc::new(Source::text("defaults.json", LIBRARY[0].1)), 0).unwrap().root;
    for id in ids.split_whitespace() {
        assert!(root.find(id).is_some(), "{id} is not in the defaults");
    }
}
