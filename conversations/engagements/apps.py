from django.apps import AppConfig


class EngagementsConfig(AppConfig):
    name = "conversations.engagements"
    label = "engagements"

    def ready(self) -> None:
        from contacts import list_facts
        from contacts.services.places import PLACES
        from contacts.signals import contact_joined, contact_parted
        from contacts_project.accounts.signals import user_deactivated
        from conversations import marks, signals

        from . import asked, last_uses, marking, notice_kinds, own_steps, receivers

        signals.interaction_reported.connect(receivers.note_report, dispatch_uid="engagements.reports")
        signals.interaction_arrived.connect(receivers.note_reply, dispatch_uid="engagements.replies")
        signals.address_opted_out.connect(receivers.note_opt_out, dispatch_uid="engagements.opt_outs")
        signals.mail_tracked.connect(receivers.note_tracking, dispatch_uid="engagements.tracking")
        contact_joined.connect(receivers.move_recipients, dispatch_uid="engagements.joined")
        contact_parted.connect(receivers.part_recipients, dispatch_uid="engagements.parted")
        marks.register(marking.marks_on)
        own_steps.add_things()
        user_deactivated.connect(receivers.take_over_engagements, dispatch_uid="engagements.take_over")
        PLACES.append(asked.AskedEngagements())
        list_facts.register(last_uses.LastUses())
        notice_kinds.add()
