from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"

    def ready(self) -> None:
        from anymail.signals import inbound, tracking
        from django.contrib.auth.signals import user_logged_out

        from contacts import blocking, last_contacts, signals
        from contacts import callable as call_hours
        from contacts.nav_counts import FURTHER as COUNTS
        from contacts.record_facts import FURTHER as FACTS
        from contacts.services.places import PLACES
        from contacts_project.accounts.signals import user_deactivated

        from . import (
            asked,
            call_times,
            histories,
            inbox,
            last_contact,
            mail_receivers,
            notice_kinds,
            own_steps,
            policy,
            reaching,
            receivers,
        )
        from .live import leaving

        signals.contact_joined.connect(receivers.move_interactions, dispatch_uid="conversations.joined")
        signals.contact_parted.connect(receivers.part_interactions, dispatch_uid="conversations.parted")
        signals.contact_kept_personal.connect(receivers.leave_with_departments, dispatch_uid="conversations.kept")
        signals.contact_shared_again.connect(receivers.take_from_departments, dispatch_uid="conversations.shared")
        signals.addresses_added.connect(receivers.link_interactions, dispatch_uid="conversations.addresses")
        inbound.connect(mail_receivers.keep_mail, dispatch_uid="conversations.mail")
        tracking.connect(mail_receivers.keep_report, dispatch_uid="conversations.mail_reports")
        user_deactivated.connect(receivers.take_over_channels, dispatch_uid="conversations.take_over")
        user_deactivated.connect(leaving.end_streams, dispatch_uid="conversations.streams")
        user_logged_out.connect(leaving.end_streams, dispatch_uid="conversations.streams")
        blocking.LINE_MATES.append(policy.line_mates)
        PLACES.append(asked.AskedChannels())
        FACTS["media_left"] = reaching.opt_outs_of
        COUNTS["unread"] = inbox.unread_rows
        histories.add_logs()
        notice_kinds.add()
        own_steps.add_things()
        last_contacts.register(last_contact.LastContacts())
        call_hours.register(call_times.CallableContacts())
