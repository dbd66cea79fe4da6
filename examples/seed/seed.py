import requests
from urllib.parse import urlencode

client_id = "abc123"
client_secret = "secret"
redirect_uri = "https://myapp.com/callback"

authorize_url = "https://auth.example.com/authorize?" + urlencode({
    "response_type": "code",
    "client_id": client_id,
    "redirect_uri": redirect_uri,
    "scope": "read",
})

print("Open this URL in your browser and approve the request:")
print(authorize_url)

code = input("Paste the authorization code here: ")

response = requests.post("https://auth.example.com/token", data={
    "grant_type": "authorization_code",
    "code": code,
    "redirect_uri": redirect_uri,
    "client_id": client_id,
    "client_secret": client_secret,
})

if response.status_code == 200:
    print("Access token:", response.json()["access_token"])
else:
    print("Error:", response.status_code)
