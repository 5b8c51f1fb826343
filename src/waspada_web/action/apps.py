from django.apps import AppConfig


class ActionConfig(AppConfig):
    name = "waspada_web.action"
    label = "action"
