from allauth.account import views as account
from django.urls import path

from waspada_web.accounts import views

urlpatterns = [
    path("masuk/", account.login, name="account_login"),
    path("keluar/", account.logout, name="account_logout"),
    path("masuk/tautan/<str:uid>/<str:token>/", views.one_time_link, name="one_time_link"),
    path("akun/sandi/", account.password_change, name="account_change_password"),
    path("akun/sandi/baru/", account.password_set, name="account_set_password"),
    path("akun/ulang/", account.reauthenticate, name="account_reauthenticate"),
    path("akun/daftar/", views.no_signup, name="account_signup"),
]
