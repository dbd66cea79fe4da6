// Sends the one form of the page that carries an answer to an app (OAuth 2.0 Form Post Response
// Mode §2). Without script the page's button does the same.
document.forms[0].submit();
