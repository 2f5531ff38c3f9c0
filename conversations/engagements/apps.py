from django.apps import AppConfig


class EngagementsConfig(AppConfig):
    name = "conversations.engagements"
    label = "engagements"
