//! Tags: the statement that demands a transition, or the name of our own rule.
//!
//! Every milestone bears one. The tags seen in a run are counted, and a rule can be switched off by its tag in tests
//! ([`Rules::without`]); some test must then fail.

macro_rules! tags {
    ($($name:ident = $id:literal, $says:literal;)*) => {
        /// A statement of the requirements digest, or a rule of our own (`own.*`).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Tag { $(#[doc = $says] $name,)* }

        impl Tag {
            pub const ALL: &'static [Tag] = &[$(Tag::$name,)*];

            /// The identifier of the statement.
            pub const fn id(self) -> &'static str {
                match self { $(Tag::$name => $id,)* }
            }

            /// What it demands, in a sentence.
            pub const fn says(self) -> &'static str {
                match self { $(Tag::$name => $says,)* }
            }
        }
    };
}

tags! {
    OwnSubmit = "own.submit", "The sender's client gives a message to its transport.";
    OwnAnswer = "own.answer", "The final response reaches the sender's client.";
    OwnRelay = "own.relay", "The originating PF forwards a request and its final response.";
    OwnTransactionTimeout = "RFC3261-17.1.2.2", "A client transaction without a final response ends after 64 T1.";
    OwnLateResponse = "RFC4320-4.2", "A response that finds its transaction ended goes no further.";
    OwnBinding = "RFC3261-10.3", "The registrar adds, refreshes, removes or lets expire a binding.";
    OwnRegister = "RFC3261-10.2", "A client registers its contact and keeps the binding alive.";
    OwnRegEvent = "RFC3680-4", "The Core tells a subscriber the registration state of a user.";
    OwnThirdParty = "TS24.229-5.4.2.1.2", "The Core registers the user at the application server.";
    OwnNoBinding = "RFC3261-16.5", "A request for a user or contact without a binding is answered with 480.";
    OwnFork = "RFC3261-16.7", "A request to a user with several contacts is forked and the best response goes back.";
    Accept = "IW15-8.3.1.1-01", "A MESSAGE with a CPM feature tag comes to the terminating PF.";
    DeliverToClients = "IW15-8.3.1.1-39", "One MESSAGE goes to each suitable client.";
    StartFromRegistered = "IW15-8.3.1.1-42", "Suitable clients are chosen from the registered ones.";
    ImdnToClient = "IW15-8.3.1.1-27", "A disposition notification is sent through the core to the client.";
    DeferNoClient = "SD23-5.2.2.2-01", "A recipient that cannot be reached makes the PF defer the message.";
    DeferKeep = "SD23-5.2.2.2-02", "A message is held until the recipient is reachable, by preference and operator policy.";
    DeferAccepted = "IW15-8.3.1.1-21", "A deferred message is answered with 202 Accepted.";
    RegistrationTrigger = "IW15-R-08", "A registration starts the delivery of deferred messages.";
    RegistrationTriggerPush = "SD23-5.2.2.2-06", "At the trigger the PF pushes all deferred messages without asking.";
    PushOneClient = "SD23-5.2.2.2.3-01", "A push goes to one of the recipient's registered clients.";
    PushAll = "SD23-5.2.2.2.3-03", "A push delivers all deferred messages as they were received.";
    SmsTrigger = "IW15-R-09", "The availability of CS/SMS starts the delivery of deferred messages.";
    NextAccess = "IW15-R-12", "A deferred message waits for the next access, IMS or CS/SMS.";
    ReadyInterwork = "IW15-R-13", "When the user is available for SMS, the PF starts interworking.";
    WaitForIp = "IW15-R-14", "A timer lets the PF wait for IP before it uses SMS.";
    WaitEndsByIp = "IW15-R-07", "CPM over IP has precedence: a registration ends the wait.";
    FirstSmsAttempt = "IW15-R-03", "Without IP the request goes by a legacy technology.";
    HandToIsf = "IW15-8.3.1.1-40", "A message for a non-CPM service goes to the ISF.";
    SmsFailureDefers = "IW15-R-10", "A failed SMS delivery makes the PF defer the message.";
    SmsSuccess = "IW15-R-18", "The PF handles the data of a successful SMS delivery.";
    KeepInterworked = "IW15-R-20", "The PF keeps a message handed over until its result.";
    FailedEvent = "IW15-6.7.5.2-02", "The IWF tells the PF of a failed SMS delivery.";
    FailedEventPositive = "IW15-6.7.5.2-03", "The IWF tells the PF of a failure also where only positive-delivery was asked for.";
    ReadyEvent = "IW15-6.7.5.2-05", "The IWF tells the PF that a user with a failed delivery can receive SMS.";
    Expire = "SD23-5.2.2.2-07", "A deferred message that expires is handled by preference and policy.";
    ExpireDelete = "SD23-5.2.2.2-08", "The expiry action deletes the message.";
    OwnExpiryImdn = "own.expiry-imdn", "Deletion at expiry is reported to a sender who asked.";
    OwnArrivalExpired = "TS83-8.3.2.1-15", "A message no longer valid at arrival is discarded by local policy.";
    OwnTimeoutDefers = "own.on-timeout", "A client leg that times out makes the PF defer the message.";
    OwnUnreachableDefers = "own.on-unreachable", "A client leg answered as unreachable makes the PF defer the message.";
    OwnRefusalFails = "own.on-refusal", "A client leg that refuses ends the message.";
    OwnNoSuitableReject = "own.no-suitable-client", "Without a suitable client the message is refused.";
    OwnClaim = "own.guard.claim-per-message", "One trigger claims a message before anything is sent.";
    OwnLookAgain = "own.guard.late-sms-look-again", "After a failed SMS the PF looks at the current access.";
    OwnReEvaluate = "own.guard.re-evaluate-after-insertion", "Access is evaluated again after a message entered the queue.";
    OwnIgnoreLateFailure = "own.guard.ignore-late-failure", "A failure of a settled or older attempt is ignored.";
    OwnRegisterInflight = "own.on-register-inflight", "What a registration does while an SMS is outstanding.";
    OwnHandoverLimit = "own.guard.handover-limit", "Returns between queue and ISF are limited.";
    OwnQueueFull = "own.queue-full", "What a full deferred queue does.";
    OwnImdnFold = "own.imdn-fold", "The PF passes the first terminal delivery disposition and suppresses the rest.";
    OwnDedupe = "own.client-dedupe", "A client discards a message it has seen.";
    OwnClientReceives = "IM08-5.2.2.1-26", "A client answers a received message with success.";
    OwnImdnFromClient = "RFC5438-7", "A client reports the delivery that was asked for.";
    OwnImdnReceived = "RFC5438-10", "A disposition notification reaches the sender's client.";
    OwnSmsPlant = "TS29.002-23.3", "Routing, forwarding and paging of a short message.";
    OwnWaitingData = "TS29.002-23.4", "Waiting data are set, cleared and cause an alert.";
    OwnLost = "own.lost", "A PDU met a device that could not receive it, or a full line.";
    OwnServerFull = "own.server-full", "A function without room for another job refuses a request with 503.";
    OwnEnd = "own.end", "The run ended first.";
}

/// The rules in force: all of them, or all but one, so that a test can see what a rule is good for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    without: Option<Tag>,
}

impl Rules {
    pub const ALL: Rules = Rules { without: None };

    /// All rules but that of `tag`.
    pub const fn without(tag: Tag) -> Rules {
        Rules { without: Some(tag) }
    }

    /// Whether the rule of `tag` is in force.
    pub fn holds(self, tag: Tag) -> bool {
        self.without != Some(tag)
    }
}
