from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "waspada_web.accounts"
    label = "accounts"
