from django.apps import AppConfig


class StartConfig(AppConfig):
    name = "waspada_web.start"
    label = "start"
