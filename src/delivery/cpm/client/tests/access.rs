//! What the phone says to its serving nodes: updates, detachment, and whether it has memory.

use super::*;
use crate::delivery::suite::clause_tests;
use crate::delivery::{CopyId, Domain, Nas, Part, Sms};

impl Rig {
    fn access(&mut self, access: Access) {
        self.tell(Input::Access(access));
    }

    /// What went to serving nodes since the last look.
    fn sent_to_nodes(&mut self) -> Vec<(FunctionId, Nas)> {
        let nas = |(to, pdu): (FunctionId, Pdu)| if let Pdu::Nas(nas) = pdu { Some((to, nas)) } else { None };
        std::mem::take(&mut self.sent).into_iter().filter_map(nas).collect()
    }

    fn short_message(&mut self) {
        let sms = Sms {
            message: m(1),
            copy: CopyId(1),
            user: USER,
            bytes: 20,
            attempt: 1,
            part: Part::WHOLE,
            service: crate::delivery::Service::Sms,
        };
        let pdu = Pdu::Nas(Nas::SmsDeliver { sms, paging: 7 });
        self.tell(Input::Received { from: MSC, at: self.now, pdu });
    }
}

const UPDATE: Nas = Nas::LocationUpdate { user: USER };
const ROOM: Nas = Nas::MemoryAvailable { user: USER };

clause_tests! {
    fn ts24_008_4_4_2_a_phone_that_is_there_gives_signs_of_life(rules) {
        let mut rig = Rig::away(rules, &[]);
        rig.access(Access::SmsAttached(Domain::Cs));
        rig.access(Access::SmsAttached(Domain::Ps));
        assert_eq!(rig.sent_to_nodes(), [(MSC, UPDATE), (SGSN, UPDATE)]);
        rig.pass(3240);
        assert_eq!(rig.sent_to_nodes(), [(SGSN, UPDATE)], "each node asks for its own period");
        rig.pass(360);
        assert_eq!(rig.sent_to_nodes(), [(MSC, UPDATE)]);
        rig.access(Access::SmsDetached { domain: Domain::Cs, in_order: true });
        assert_eq!(rig.sent_to_nodes(), [(MSC, Nas::ImsiDetach { user: USER })]);
        rig.access(Access::SmsDetached { domain: Domain::Ps, in_order: false });
        rig.pass(7200);
        assert!(rig.sent_to_nodes().is_empty(), "who is not there says nothing");
    }
    fn ts23_040_3_2_6_a_phone_without_memory_refuses_and_says_when_there_is_room(rules) {
        let mut rig = Rig::away(rules, &[]);
        rig.access(Access::SmsAttached(Domain::Cs));
        rig.access(Access::Memory { full: true });
        rig.access(Access::Memory { full: false });
        rig.access(Access::Memory { full: true });
        assert_eq!(rig.sent_to_nodes(), [(MSC, UPDATE)], "nothing was refused yet");
        rig.short_message();
        assert_eq!(rig.sent_to_nodes(), [(MSC, Nas::SmsError { user: USER, paging: 7, about: m(1) })]);
        assert_eq!(rig.count(|m| matches!(m, Milestone::Present { .. })), 0);
        rig.access(Access::SmsDetached { domain: Domain::Cs, in_order: false });
        rig.access(Access::Memory { full: false });
        assert!(rig.sent_to_nodes().is_empty(), "out of reach");
        rig.access(Access::SmsAttached(Domain::Ps));
        assert_eq!(rig.sent_to_nodes(), [(SGSN, UPDATE), (SGSN, ROOM)], "said once it is attached again, in whichever domain");
        rig.short_message();
        assert_eq!(rig.count(|m| matches!(m, Milestone::Present { .. })), 1);
    }
}
