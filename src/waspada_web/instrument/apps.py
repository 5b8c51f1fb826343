from django.apps import AppConfig


class InstrumentConfig(AppConfig):
    name = "waspada_web.instrument"
    label = "instrument"
