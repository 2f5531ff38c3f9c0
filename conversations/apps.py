from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"

    def ready(self) -> None:
        from contacts import signals

        from . import receivers

        signals.contact_joined.connect(receivers.move_interactions, dispatch_uid="conversations.joined")
        signals.contact_parted.connect(receivers.part_interactions, dispatch_uid="conversations.parted")
        signals.contact_kept_personal.connect(receivers.leave_with_departments, dispatch_uid="conversations.kept")
        signals.contact_shared_again.connect(receivers.take_from_departments, dispatch_uid="conversations.shared")
