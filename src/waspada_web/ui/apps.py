from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "waspada_web.ui"
    label = "ui"
