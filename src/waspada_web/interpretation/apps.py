from django.apps import AppConfig


class InterpretationConfig(AppConfig):
    name = "waspada_web.interpretation"
    label = "interpretation"
